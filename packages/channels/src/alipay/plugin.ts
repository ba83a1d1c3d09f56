import { EXPIRY_LIMITS, type Scene } from "@payhub/domain";
import type { ChannelConnection, ChannelPlugin, ChannelRuntime, SceneCapability } from "../channel.ts";
import { scenesOf } from "../registry.ts";
import { fetchBill } from "./bill-fetch.ts";
import { FUND_FLOW_BILL } from "./bill-fund-flow.ts";
import { readBill } from "./bill-read.ts";
import { TRADE_BILL } from "./bill-trade.ts";
import { cancel } from "./cancel.ts";
import { close } from "./close.ts";
import { create } from "./create.ts";
import { type AlipayCredentials, readCredentials } from "./credentials.ts";
import { createGatewayDispatcher } from "./gateway-dispatcher.ts";
import { readNotification } from "./notification.ts";
import { query } from "./query.ts";
import { queryRefund } from "./query-refund.ts";
import { refund } from "./refund.ts";
import { createSdk } from "./sign.ts";

const TEXT = { "content-type": "text/plain; charset=utf-8" };

const DAY_MS = 86_400_000;
const ONLINE = { minExpiresInMs: EXPIRY_LIMITS.minMs, maxExpiresInMs: EXPIRY_LIMITS.maxMs };
/** Source: https://opendocs.alipay.com/open/194/105170 */
const AT_COUNTER = { ...ONLINE, atCounter: { askEveryMs: 4000, giveUpAfterMs: 60_000 } };

const SCENES: Readonly<Record<Scene, SceneCapability>> = {
  qr: ONLINE,
  barcode: AT_COUNTER,
  face: AT_COUNTER,
  jsapi: ONLINE,
  miniprogram: ONLINE,
  app: ONLINE,
  h5: ONLINE,
  pc: ONLINE,
};

/**
 * Alipay's open platform with RSA2 keys or certificates, for a merchant's own app and for a service provider's.
 * Source: https://opendocs.alipay.com/open/194/105072
 */
export const alipay: ChannelPlugin<AlipayCredentials> = {
  name: "alipay",
  title: "Alipay",
  scenes: SCENES,
  // A contract may allow less than a year; Alipay names no count, so that one is ours.
  refunds: { windowMs: 365 * DAY_MS, maxPerOrder: 100, minGapMs: 3000 },
  // Day bills are there before nine; some six years of them can be had.
  bills: { fromHour: 9, daysBack: 6 * 365 },
  answers: {
    accepted: { status: 200, headers: TEXT, body: "success" },
    rejected: { status: 400, headers: TEXT, body: "fail" },
  },
  readCredentials,
  connect,
};

function connect(
  credentials: readonly [AlipayCredentials, ...AlipayCredentials[]],
  { clock, deadlineMs }: ChannelRuntime,
): ChannelConnection {
  const [live, ...older] = credentials;
  const { appId, sellerId, appAuthToken, miniprogramAppId = appId, endpoint } = live;
  const sdk = createSdk(live, { deadlineMs, dispatcher: createGatewayDispatcher({ deadlineMs }) });
  const sdks = [sdk, ...older.map((version) => createSdk(version, { deadlineMs }))];
  const line = { sdk, now: () => clock.now(), appId, sellerId, appAuthToken, miniprogramAppId };
  return {
    create: (request) => create(line, request),
    query: (request) => query(line, request),
    close: ({ attemptNo }) => close(line, attemptNo),
    cancel: ({ attemptNo }) => cancel(line, attemptNo),
    refund: (request) => refund(line, request),
    queryRefund: ({ attemptNo, refundNo }) => queryRefund(line, { attemptNo, refundNo }),
    readNotification: async (raw) => readNotification(sdks, raw),
    fetchBill: (request) => fetchBill({ ...line, endpoint }, request),
    readTradeBill: (path) => readBill(path, { form: TRADE_BILL, sellerId }),
    readFundFlowBill: (path) => readBill(path, { form: FUND_FLOW_BILL, sellerId }),
    payee: { appId, sellerId },
    scenes: scenesOf(SCENES, live.products),
  };
}
