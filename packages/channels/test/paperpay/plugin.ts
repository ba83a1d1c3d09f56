import type { ChannelPlugin, SceneCapability } from "../../src/channel.ts";
import { scenesOf } from "../../src/registry.ts";
import { fetchBill } from "./bill-fetch.ts";
import { readFlowBill, readTradeBill } from "./bill-read.ts";
import { cancel } from "./cancel.ts";
import { close } from "./close.ts";
import { create } from "./create.ts";
import { type PAPERPAY_SCENES, type PaperpayCredentials, readCredentials } from "./credentials.ts";
import { readNotification } from "./notification.ts";
import { query } from "./query.ts";
import { queryRefund } from "./query-refund.ts";
import { refund } from "./refund.ts";

const MINUTE_MS = 60_000;
const JSON_TYPE = { "content-type": "application/json" };

const ordered: SceneCapability = { minExpiresInMs: MINUTE_MS, maxExpiresInMs: 120 * MINUTE_MS };

const scenes: Readonly<Record<(typeof PAPERPAY_SCENES)[number], SceneCapability>> = {
  qr: ordered,
  barcode: { ...ordered, atCounter: { askEveryMs: 3000, giveUpAfterMs: 30_000 } },
};

/** Paper Pay, a channel that lives only in tests and was made by following docs/add-a-channel.md; see ../paperpay-peer/protocol.md. */
export const paperpay: ChannelPlugin<PaperpayCredentials> = {
  name: "paperpay",
  title: "Paper Pay",
  scenes,
  refunds: { windowMs: 365 * 24 * 60 * MINUTE_MS, maxPerOrder: 20, minGapMs: 1000 },
  bills: { fromHour: 10, daysBack: 90 },
  answers: {
    accepted: { status: 200, headers: JSON_TYPE, body: `{"taken":true}` },
    rejected: { status: 400, headers: JSON_TYPE, body: `{"taken":false}` },
  },
  readCredentials,
  connect([live, ...older], runtime) {
    const line = { credentials: live, runtime };
    const keys = [live, ...older].map(({ key }) => key);
    return {
      payee: { shopNo: live.shopNo },
      scenes: scenesOf(scenes, live.products),
      create: (request) => create(line, request),
      query: (request) => query(line, request),
      close: (request) => close(line, request),
      cancel: (request) => cancel(line, request),
      refund: (request) => refund(line, request),
      queryRefund: (request) => queryRefund(line, request),
      fetchBill: (request) => fetchBill(line, request),
      readTradeBill: (path) => readTradeBill(path, live.shopNo),
      readFundFlowBill: (path) => readFlowBill(path, live.shopNo),
      readNotification: async (raw) => readNotification({ keys, now: runtime.clock.now() }, raw),
    };
  },
};
