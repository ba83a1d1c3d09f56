import { setTimeout as sleep } from "node:timers/promises";
import { PayhubError } from "@payhub/client";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { WAYS, type Way } from "./support/scenes.ts";
import * as stories from "./support/stories.ts";
import { type End, openTill, type Till } from "./support/till.ts";

const CASES = ["paid", "refused", "expired", "closed by us", "charged", "not charged", "duplicate", "lost"] as const;
type Case = (typeof CASES)[number];

/**
 * How each payment ends, case by case; "charged" and "not charged" after a call without an answer: the order's own, or, where the
 * payer's device places it (Alipay app, h5, pc), the first question about it. `-`: WeChat Pay notifies nobody of a sale at a till
 * (https://pay.weixin.qq.com/doc/v3/merchant/4012382150).
 */
const ENDS: Record<string, string> = {
  //                        paid  refused expired closed charged not-charged duplicate lost
  "wechatpay qr": "          paid  closed  closed  closed paid    closed      paid      paid",
  "wechatpay jsapi": "       paid  closed  closed  closed paid    closed      paid      paid",
  "wechatpay miniprogram": " paid  closed  closed  closed paid    closed      paid      paid",
  "wechatpay app": "         paid  closed  closed  closed paid    closed      paid      paid",
  "wechatpay h5": "          paid  closed  closed  closed paid    closed      paid      paid",
  "wechatpay barcode": "     paid  failed  failed  closed paid    closed      -         -   ",
  "wechatpay face": "        paid  failed  failed  closed paid    closed      -         -   ",
  "alipay qr": "             paid  closed  closed  closed paid    closed      paid      paid",
  "alipay jsapi": "          paid  closed  closed  closed paid    closed      paid      paid",
  "alipay miniprogram": "    paid  closed  closed  closed paid    closed      paid      paid",
  "alipay app": "            paid  closed  closed  closed paid    closed      paid      paid",
  "alipay h5": "             paid  closed  closed  closed paid    closed      paid      paid",
  "alipay pc get": "         paid  closed  closed  closed paid    closed      paid      paid",
  "alipay pc post": "        paid  closed  closed  closed paid    closed      paid      paid",
  "alipay barcode": "        paid  closed  closed  closed paid    closed      paid      paid",
  "alipay face": "           paid  closed  closed  closed paid    closed      paid      paid",
};

const PAID: End = {
  status: "succeeded",
  events: ["1 payment.succeeded"],
  attempts: 1,
  held: 0,
  isCharged: true,
  isPayable: false,
};
const unpaid = (status: "closed" | "failed"): End => ({
  ...PAID,
  status,
  events: [`1 payment.${status}`],
  isCharged: false,
});
const MEANING: Record<string, End> = { paid: PAID, closed: unpaid("closed"), failed: unpaid("failed") };

const wordOf = (way: Way, what: Case) => ENDS[way.name]?.trim().split(/\s+/)[CASES.indexOf(what)] ?? "missing";
const isTill = ({ placedBy }: Way) => placedBy === "till";
const isDallying = (way: Way, what: Case) => what === "expired" && isTill(way) && way.channel === "wechatpay";
const CELLS = WAYS.flatMap((way) => CASES.map((what) => ({ way, what }))).filter(
  ({ way, what }) => wordOf(way, what) !== "-",
);
const PROMPT_MS = 60_000;
/** Between two stories, so that the machine does not become the channel that does not answer. */
const GAP_MS = 30;
const HOLD = { holdMs: 3_000 };

let till: Till;
/** What became of each cell, or why its story broke off. */
const told = new Map<string, Promise<End[] | Error>>();
const cellOf = (way: Way, what: Case) => `${way.name}: ${what}`;

function tell(way: Way, what: Case, story: () => Promise<End[]>): void {
  const ending = story().catch((error: unknown) => (error instanceof Error ? error : new Error(String(error))));
  told.set(cellOf(way, what), ending);
}

beforeAll(async () => {
  till = await openTill();
  const { take, takeLate, spoilCreates } = till;
  const called = WAYS.filter(({ placedBy }) => placedBy !== "device");
  // At Alipay a sale at a till is told too: without that only a question finds it.
  const tills = called.filter((way) => isTill(way) && way.channel === "alipay");
  till.fleet.simulator.faults.callback({ channel: "alipay", times: tills.length, fault: "lost" });
  const charged = await spoilCreates(called, { kind: "timeout_after_commit", ...HOLD }, (way) => take(way));
  const notCharged = await spoilCreates(called, { kind: "timeout_before_commit", ...HOLD }, (way) =>
    isTill(way) ? takeLate(way) : take(way),
  );
  const storyOf = (way: Way, what: Case): (() => Promise<End[]>) => {
    switch (what) {
      case "paid":
        return () => stories.paid(till, way);
      case "refused":
        return () => stories.refused(till, way);
      case "expired":
        return () => stories.expired(till, way);
      case "closed by us":
        return () => stories.closedByUs(till, way);
      case "charged":
        return () => stories.unansweredButCharged(till, way, charged.get(way));
      case "not charged":
        return () => stories.unansweredNotCharged(till, way, notCharged.get(way));
      case "duplicate":
        return () => stories.duplicateCallback(till, way);
      case "lost":
        return () => stories.lostCallback(till, way);
    }
  };
  for (const { way, what } of CELLS.filter((cell) => !isDallying(cell.way, cell.what))) {
    tell(way, what, storyOf(way, what));
    await sleep(GAP_MS);
  }
  // The channels' clock is moved for these, when nothing else is under way.
  const others = [...told.values()];
  const gone = Promise.withResolvers<void>();
  const prompts = CELLS.filter((cell) => isDallying(cell.way, cell.what)).map(({ way, what }) => {
    const refused = Promise.withResolvers<void>();
    const prompt = { refuses: refused.resolve, gone: gone.promise };
    tell(way, what, () => stories.dallied(till, way, prompt).finally(refused.resolve));
    return refused.promise;
  });
  Promise.all([...others, ...prompts]).then(() => {
    till.fleet.simulator.clock.advance(PROMPT_MS);
    gone.resolve();
  });
});
afterAll(() => till?.close());

describe.each(WAYS)("$name", (way) => {
  test.each(CELLS.filter((cell) => cell.way === way).map(({ what }) => what))("%s", async (what) => {
    const ends = await told.get(cellOf(way, what));
    if (!ends || ends instanceof Error) throw ends ?? new Error("the story was not told");
    const wanted = MEANING[wordOf(way, what)];
    expect(ends).toEqual(ends.map(() => wanted));
    expect(ends.length).toBeGreaterThan(0);
  });
});

describe("after all of that", () => {
  test("WeChat Pay notified nobody of the sales at its tills", async () => {
    const sales = await till.fleet.ctx.store.db
      .selectFrom("attempt")
      .select("attemptNo")
      .where("channel", "=", "wechatpay")
      .where("scene", "in", ["barcode", "face"])
      .execute();
    expect(sales.length).toBeGreaterThanOrEqual(14);
    const notified = new Set(till.fleet.simulator.callbacks.deliveries().map(({ outTradeNo }) => outTradeNo));
    expect(sales.filter(({ attemptNo }) => notified.has(attemptNo))).toEqual([]);
  });

  test.each(WAYS.filter(({ channel, placedBy }) => channel === "wechatpay" && placedBy === "call"))(
    "$name: an order that the channel refuses is refused to the business in the channel's words",
    async (way) => {
      const { faults } = till.fleet.simulator;
      const fault = { kind: "status", status: 403, code: "NO_AUTH" } as const;
      faults.script({ channel: way.channel, operation: "create", fault });
      const refusal = await till.take(way).catch((error: unknown) => error);
      expect(refusal).toBeInstanceOf(PayhubError);
      expect(refusal).toMatchObject({ code: "CHANNEL_REJECTED", details: { channelCode: "NO_AUTH" } });
    },
  );

  test("each event came once, and the invariants hold", async () => {
    const { db } = till.fleet.ctx.store;
    const eventIds = (await db.selectFrom("event").select("eventId").execute()).map(({ eventId }) => eventId);
    await expect.poll(() => till.heard().length, { timeout: 20_000 }).toBe(eventIds.length);
    expect(new Set(till.heard().map(({ eventId }) => eventId))).toEqual(new Set(eventIds));
    expect(await till.fleet.violations()).toEqual([]);
  });
});
