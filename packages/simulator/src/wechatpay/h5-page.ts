import type { FastifyInstance } from "fastify";
import { SimulatorError } from "../core/error.ts";
import { checkH5Domain, h5Path, readH5Link } from "./h5-link.ts";
import type { Wechatpay } from "./trade.ts";

/** Opens an H5 payment in the payer's browser: the phone takes over, or a page says what is wrong. */
export function registerH5Page(server: FastifyInstance, { core, trades, merchants }: Wechatpay): void {
  server.get(h5Path, (request, reply) => {
    const { wechatpay, phone } = core.urls();
    const link = `${wechatpay}${request.raw.url ?? request.url}`;
    try {
      const { prepayId } = readH5Link(link);
      const merchant = merchants.get(trades.byCode(prepayId)?.mchid ?? "");
      if (!merchant) throw new SimulatorError("UNKNOWN_CODE", "WeChat Pay did not issue this link");
      checkH5Domain(merchant, request.headers.referer);
      return reply.redirect(`${phone}/?code=${encodeURIComponent(link)}`, 302);
    } catch (error) {
      if (!(error instanceof SimulatorError)) throw error;
      return reply.code(400).type("text/html; charset=utf-8").send(errorPage(error.message));
    }
  });
}

/** Every message is ours: nothing of the request is shown. */
function errorPage(message: string): string {
  return `<!doctype html><html lang="zh-CN"><meta charset="utf-8"><title>微信支付</title><p>${message}</p></html>\n`;
}
