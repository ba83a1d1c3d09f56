import type { ChannelPlugin } from "../channel.ts";
import { close } from "./close.ts";
import { create } from "./create.ts";
import { readCredentials, type WechatpayCredentials } from "./credentials.ts";
import { readNotification } from "./notification.ts";
import { openLine } from "./open-line.ts";
import { query } from "./query.ts";

const MINUTE_MS = 60_000;

/** WeChat Pay APIv3 for direct merchants (https://pay.weixin.qq.com/doc/v3/merchant/4012062524); scene `qr` is Native. */
export const wechatpay: ChannelPlugin<WechatpayCredentials> = {
  name: "wechatpay",
  title: "WeChat Pay",
  scenes: { qr: { minExpiresInMs: MINUTE_MS, maxExpiresInMs: 120 * MINUTE_MS } },
  answers: {
    accepted: { status: 204, headers: {}, body: "" },
    rejected: {
      status: 400,
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ code: "FAIL", message: "失败" }),
    },
  },
  readCredentials,
  connect(credentials, runtime) {
    const line = openLine(credentials, runtime);
    const { mchid, appid } = line.credentials;
    return {
      payee: { mchid, appid },
      create: (request) => create(line, request),
      query: (request) => query(line, request),
      close: (request) => close(line, request),
      readNotification: (raw) => readNotification(line, raw),
    };
  },
};
