import { readFileSync } from "node:fs";
import type { FastifyInstance } from "fastify";
import { SimulatorError } from "../../core/error.ts";
import type { ChannelPayer, PayerView } from "../../core/payer.ts";
import { renderQrCode } from "../../phone/code-image.ts";
import { choosePhoneLanguage } from "../../phone/texts.ts";
import type { AlipayContext } from "../call.ts";
import { renderCashierPage } from "./page.ts";
import { cashierPath, codeOfCashierPath } from "./path.ts";

const actions = ["look", "login", "pay", "refuse"] as const;

type CashierView = PayerView & { now: number; product: string; phoneUrl: string; started: boolean };

/** Adds the cashier of PC and wap payments: what the gateway sends a browser to. */
export function registerCashier(
  server: FastifyInstance,
  { context, payer }: { context: AlipayContext; payer: ChannelPayer },
): void {
  const style = readFileSync(new URL("./assets/cashier.css", import.meta.url), "utf8");
  const script = readFileSync(new URL("./assets/cashier.js", import.meta.url), "utf8");
  server.get("/cashier.css", (_request, reply) => reply.type("text/css; charset=utf-8").send(style));
  server.get("/cashier.js", (_request, reply) => reply.type("text/javascript; charset=utf-8").send(script));

  const codeOf = (token: string) => codeOfCashierPath(`${cashierPath}${token}`) ?? "";
  server.get<{ Params: { token: string }; Querystring: { lang?: string | string[] } }>(
    `${cashierPath}:token`,
    (request, reply) => {
      const lang = [request.query.lang].flat()[0];
      const language = choosePhoneLanguage({ lang, acceptLanguage: request.headers["accept-language"] });
      return reply
        .type("text/html; charset=utf-8")
        .header("content-security-policy", "default-src 'self'; img-src 'self' data:")
        .header("cache-control", "no-store")
        .header("vary", "accept-language")
        .send(renderCashierPage(language));
    },
  );
  server.get<{ Params: { token: string } }>(`${cashierPath}:token/code.svg`, (request, reply) =>
    reply.type("image/svg+xml").send(renderQrCode(codeOf(request.params.token))),
  );

  /** Looking is not yet logging in: only that begins the trade. */
  function act(action: (typeof actions)[number], code: string): CashierView {
    const order = context.orders.byQrCode(code);
    if (!order) throw new SimulatorError("UNKNOWN_CODE", "Alipay knows no such order");
    const view = viewAfter(action, code);
    const { alipay, phone } = context.core.urls();
    return {
      ...(view ?? payer.actions.visit(`${new URL(alipay).origin}${cashierPath}${code.split("/").at(-1)}`)),
      now: context.core.clock.now(),
      product: order.product,
      phoneUrl: `${phone}/?code=${encodeURIComponent(code)}`,
      started: context.orders.byQrCode(code)?.trade !== undefined,
    };
  }

  function viewAfter(action: (typeof actions)[number], code: string): PayerView | undefined {
    switch (action) {
      case "look":
        return undefined;
      case "login":
        return payer.actions.open(code);
      case "pay":
        return payer.actions.pay(code);
      case "refuse":
        return payer.actions.refuse(code);
    }
  }

  for (const action of actions) {
    server.post<{ Params: { token: string } }>(`${cashierPath}:token/${action}`, (request, reply) => {
      try {
        return reply.send(act(action, codeOf(request.params.token)));
      } catch (error) {
        if (!(error instanceof SimulatorError)) throw error;
        return reply.code(409).send({ code: error.code, message: error.message });
      }
    });
  }
}
