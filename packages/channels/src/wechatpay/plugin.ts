import type { ChannelPlugin, SceneCapability } from "../channel.ts";
import { scenesOf } from "../registry.ts";
import { billKindsOf, fetchBill } from "./bill-fetch.ts";
import { fundFlowLineReader } from "./bill-fund-flow.ts";
import { BILL_LIMITS } from "./bill-limits.ts";
import { readBill } from "./bill-read.ts";
import { tradeLineReader } from "./bill-trade.ts";
import { cancel } from "./cancel.ts";
import { close } from "./close.ts";
import { create } from "./create.ts";
import { readCredentials, type WECHATPAY_SCENES, type WechatpayCredentials } from "./credentials.ts";
import { payeeOf } from "./identity.ts";
import { readNotification } from "./notification.ts";
import { openLine } from "./open-line.ts";
import { query } from "./query.ts";
import { queryRefund } from "./query-refund.ts";
import { refund } from "./refund.ts";

const SECOND_MS = 1000;
const MINUTE_MS = 60 * SECOND_MS;
const DAY_MS = 24 * 60 * MINUTE_MS;

const ordered: SceneCapability = { minExpiresInMs: MINUTE_MS, maxExpiresInMs: 120 * MINUTE_MS };

/** Ask while the payer types, then reverse, never within 15 s of the charge: https://pay.weixin.qq.com/doc/v3/merchant/4012382150 */
const atCounter: SceneCapability = {
  ...ordered,
  atCounter: { askEveryMs: 5 * SECOND_MS, giveUpAfterMs: 45 * SECOND_MS, cancelAfterMs: 15 * SECOND_MS },
};

const scenes: Readonly<Record<(typeof WECHATPAY_SCENES)[number], SceneCapability>> = {
  qr: ordered,
  jsapi: ordered,
  miniprogram: ordered,
  app: ordered,
  h5: { ...ordered, actionLivesMs: 5 * MINUTE_MS },
  barcode: atCounter,
  face: atCounter,
};

/** WeChat Pay APIv3 for direct merchants (https://pay.weixin.qq.com/doc/v3/merchant/4012062524) and service providers. */
export const wechatpay: ChannelPlugin<WechatpayCredentials> = {
  name: "wechatpay",
  title: "WeChat Pay",
  scenes,
  // https://pay.weixin.qq.com/doc/v3/merchant/4012791883
  refunds: { windowMs: 365 * DAY_MS, maxPerOrder: 50, minGapMs: MINUTE_MS },
  // https://pay.weixin.qq.com/doc/v3/merchant/4012791907 has three months of bills, each from ten o'clock.
  bills: { fromHour: 10, daysBack: 89 },
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
    return {
      payee: payeeOf(line.credentials),
      scenes: scenesOf(scenes, line.credentials.products),
      billKinds: billKindsOf(line.credentials),
      create: (request) => create(line, request),
      query: (request) => query(line, request),
      close: (request) => close(line, request),
      cancel: (request) => cancel(line, request),
      refund: (request) => refund(line, request),
      queryRefund: (request) => queryRefund(line, request),
      readNotification: (raw) => readNotification(line, raw),
      fetchBill: (request) => fetchBill(line, request),
      readTradeBill: (path) => readBill(path, (columns) => tradeLineReader(columns, line.credentials), BILL_LIMITS),
      readFundFlowBill: (path) => readBill(path, fundFlowLineReader, BILL_LIMITS),
    };
  },
};
