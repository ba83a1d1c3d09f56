import { addDays } from "@payhub/domain";
import { findAttempt, findRefund } from "@payhub/store";
import { describeBackends } from "@payhub/testkit";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { ackEvents } from "../../src/event/ack.ts";
import { pullEvents } from "../../src/event/pull.ts";
import { expirePayments } from "../../src/payment/expire.ts";
import { syncDueAttempts } from "../../src/payment/sync.ts";
import { syncDueRefunds } from "../../src/refund/sync.ts";
import { CHANNELS, type ChannelName } from "../refunds.ts";
import { type Market, openMarket, type Trade } from "./market.ts";
import { differs, inWords, runMorningAfter, shown } from "./mornings.ts";

const BUSY = { limit: 200, concurrency: 10 };
const PULL = { limit: 50, waitMs: 0, leaseMs: 30_000 };

describeBackends("a day on which every callback is lost and every question fails", (backend) => {
  let market: Market;
  const paid = new Map<ChannelName, Trade>();
  const refunded = new Map<ChannelName, { trade: Trade; refundNo: string }>();
  let heardThatDay: string[];
  let askedThatDay: number;
  let isDown = true;

  beforeAll(async () => {
    market = await openMarket(backend);
    const { firstDay, platform } = market;
    const { faults } = platform.simulator;
    market.at(firstDay, "08:00:00");
    const early = await Promise.all(CHANNELS.map((channel) => market.pay({ channel, amount: 6_000 })));
    await pull();
    for (const channel of CHANNELS) {
      const always = { channel, times: Number.POSITIVE_INFINITY };
      faults.callback({ ...always, fault: "lost" });
      for (const operation of ["query", "refund_query"] as const) {
        faults.script({ ...always, operation, match: () => isDown, fault: { kind: "status", status: 503 } });
      }
    }
    market.at(firstDay, "09:00:00");
    for (const [index, channel] of CHANNELS.entries()) {
      const trade = early[index];
      if (!trade) throw new Error("nothing was paid");
      paid.set(channel, await market.pay({ channel, amount: 1_288, isHeard: false }));
      refunded.set(channel, { trade, ...(await market.refund(trade, { amount: 250, isHeard: false })) });
    }
    const callsBefore = platform.simulator.calls().length;
    for (let hour = 9; hour < 24; hour++) await workFor(hour);
    askedThatDay = platform.simulator.calls().length - callsBefore;
    heardThatDay = await pull();
    isDown = false;
  }, 120_000);
  afterAll(() => market?.close());

  /** Everything that payhub does by the clock within an hour. */
  async function workFor(hour: number): Promise<void> {
    for (const minute of ["05", "20", "45"]) {
      market.at(market.firstDay, `${String(hour).padStart(2, "0")}:${minute}:00`);
      await syncDueAttempts(market.ctx, BUSY);
      await syncDueRefunds(market.ctx, BUSY);
      await expirePayments(market.ctx, { limit: 200 });
    }
  }

  /** The app's next events, acknowledged, as type and payment. */
  async function pull(): Promise<string[]> {
    const { ctx, platform } = market;
    const { events } = await pullEvents(ctx, platform.caller, PULL, AbortSignal.timeout(15_000));
    if (events.length > 0) await ackEvents(ctx, platform.caller, { eventIds: events.map(({ eventId }) => eventId) });
    return events.map(({ type, paymentNo }) => `${type} ${paymentNo}`).sort();
  }

  test("leaves the books and the app without a word of the money, however often payhub asks", async () => {
    const { db } = market.ctx.store;
    expect(heardThatDay).toEqual([]);
    expect(askedThatDay).toBeGreaterThan(8);
    for (const channel of CHANNELS) {
      const attempt = await findAttempt(db, paid.get(channel)?.attemptNo ?? "");
      expect(attempt).toMatchObject({ state: "awaiting_payer", channelTradeNo: null });
      const refund = await findRefund(db, { refundNo: refunded.get(channel)?.refundNo ?? "" });
      expect(refund).toMatchObject({ status: "created" });
    }
  });

  describe("and the bills of the next morning", () => {
    test("find it, bring it into the books, and give the app its events once", async () => {
      const { firstDay, ctx } = market;
      expect(await runMorningAfter(market, firstDay)).toBe(2);
      for (const channel of CHANNELS) {
        const about = paid.get(channel)?.attemptNo ?? "";
        const { refundNo } = refunded.get(channel) ?? { refundNo: "" };
        const found = [
          differs("status_mismatch", "never_heard", { delta: 1_288, about }),
          differs("status_mismatch", "refund_not_heard", { delta: -250, about: refundNo }),
        ];
        expect(await shown(market, channel, firstDay)).toEqual(inWords(found));
        expect(await findAttempt(ctx.store.db, about)).toMatchObject({ state: "succeeded" });
        expect(await findRefund(ctx.store.db, { refundNo })).toMatchObject({ status: "succeeded" });
      }
      const expected = CHANNELS.flatMap((channel) => [
        `payment.succeeded ${paid.get(channel)?.paymentNo}`,
        `refund.succeeded ${refunded.get(channel)?.trade.paymentNo}`,
      ]);
      expect(await pull()).toEqual(expected.sort());
      market.at(addDays(firstDay, 1), "10:45:00");
      await syncDueAttempts(ctx, BUSY);
      await syncDueRefunds(ctx, BUSY);
      expect(await pull()).toEqual([]);
      expect(await market.platform.violations()).toEqual([]);
    });
  });
});
