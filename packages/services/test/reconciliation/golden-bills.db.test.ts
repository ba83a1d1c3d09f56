import { addDays } from "@payhub/domain";
import { describeBackends } from "@payhub/testkit";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { approveFix } from "../../src/reconciliation/work-list/approve.ts";
import { proposeFix } from "../../src/reconciliation/work-list/propose.ts";
import { CHANNELS, type ChannelName } from "../refunds.ts";
import { type GoldenDays, liveGoldenDays } from "./golden-days.ts";
import { type Market, openMarket } from "./market.ts";
import { everything, inWords, runAgain, runMorningAfter, shown, statementOf } from "./mornings.ts";

describeBackends("the bills of two days with every difference, and of a clean one", (backend) => {
  let market: Market;
  let golden: Record<ChannelName, GoldenDays>;
  let days: string[];
  let afterFirst: string[][];

  beforeAll(async () => {
    market = await openMarket(backend);
    const { firstDay } = market;
    days = [firstDay, addDays(firstDay, 1), addDays(firstDay, 2)];
    golden = await liveGoldenDays(market);
    expect(await runMorningAfter(market, firstDay)).toBe(2);
    afterFirst = await Promise.all(CHANNELS.map((channel) => shown(market, channel, firstDay)));
    await liveCleanDay(days[2] ?? "");
    expect(await runMorningAfter(market, days[2] ?? "")).toBe(4);
  }, 120_000);
  afterAll(() => market?.close());

  async function liveCleanDay(day: string): Promise<void> {
    for (const channel of CHANNELS) {
      market.at(day, "11:00:00");
      const trade = await market.pay({ channel, amount: 1_234 });
      await market.pay({ channel, amount: 777, scene: "barcode" });
      await market.pay({ channel, amount: 1 });
      market.at(day, "20:00:00");
      await market.refund(trade, { amount: 234 });
    }
  }

  describe.each(CHANNELS)("%s", (channel) => {
    test("tells every difference of the first day by name, cause and fix, and no other", () => {
      const { first, midnight } = golden[channel];
      expect(afterFirst[CHANNELS.indexOf(channel)]).toEqual(inWords([...first, ...midnight]));
    });

    test("lets the second day's bill decide what was near midnight", async () => {
      const { first, midnight, second } = golden[channel];
      const decided = midnight.map((one) => ({ ...one, differenceState: "resolved" as const }));
      expect(await shown(market, channel, days[0] ?? "")).toEqual(inWords([...first, ...decided]));
      expect(await shown(market, channel, days[1] ?? "")).toEqual(inWords(second));
    });

    test("tells nothing of a clean day, and explains all of it", async () => {
      const day = days[2] ?? "";
      expect(await shown(market, channel, day)).toEqual([]);
      const { accountNo } = market.platform.accounts[channel];
      const { total } = await statementOf(market, day, day, accountNo);
      const side = { paymentCount: 3, paymentAmount: 2_012, refundCount: 1, refundAmount: 234, net: expect.anything() };
      expect(total).toMatchObject({ books: side, bill: side, matchedCount: 4, openCount: 0, explainedPercent: 100 });
      expect(total.books.net).toBe(total.bill.net);
      expect(total.fee).toBe(7 + 5 - 1);
    });
  });

  test("a second run of each day says the same to the byte, and repairs and asks nothing again", async () => {
    const [firstDay = "", , lastDay = ""] = days;
    const before = await everything(market, firstDay, lastDay);
    for (const day of days) for (const channel of CHANNELS) await runAgain(market, channel, day);
    expect(await everything(market, firstDay, lastDay)).toEqual(before);
  });

  test("what was repaired is in the books once, and a refund past payhub when a second person approves", async () => {
    const { ctx, platform } = market;
    const gaveBack = "what the channel gave back is in the books, and the reverse";
    const foreign = CHANNELS.map((channel) => ({ subject: `${channel} SHOP_${channel}` }));
    const before = await platform.violations();
    expect(before.filter(({ rule }) => rule === gaveBack)).toHaveLength(2);
    const proposals = await ctx.store.db
      .selectFrom("difference")
      .select("differenceNo")
      .where("proposedFix", "=", "record_refund")
      .execute();
    expect(proposals).toHaveLength(2);
    for (const { differenceNo } of proposals) {
      const act = { differenceNo, note: "客服在商户平台退的款" };
      await proposeFix(ctx, { ...act, actor: "li", fix: "record_refund" });
      await approveFix(ctx, { ...act, actor: "wang" });
    }
    expect(await platform.violations()).toMatchObject(foreign);
    for (const channel of CHANNELS) await runAgain(market, channel, days[0] ?? "");
    const { first } = golden.alipay;
    const approved = first.map((one) =>
      one.cause === "refund_past_payhub" ? { ...one, differenceState: "repaired" as const } : one,
    );
    const decided = golden.alipay.midnight.map((one) => ({ ...one, differenceState: "resolved" as const }));
    expect(await shown(market, "alipay", days[0] ?? "")).toEqual(inWords([...approved, ...decided]));
  });
});
