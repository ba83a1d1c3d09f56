import { addDays } from "@payhub/domain";
import { describeBackends, seededRandom } from "@payhub/testkit";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { approveFix } from "../../src/reconciliation/work-list/approve.ts";
import { proposeFix } from "../../src/reconciliation/work-list/propose.ts";
import { returnHeldReceipts } from "../../src/refund/return-held.ts";
import { CHANNELS, passTime } from "../refunds.ts";
import { dice } from "./dice.ts";
import { type Market, openMarket } from "./market.ts";
import { everything, inWords, runAgain, runMorningAfter, runOf, shown, statementOf } from "./mornings.ts";
import { type LivedDay, liveRandomDay } from "./random-day.ts";
import { breakBill, spoilAtRandom } from "./random-spoils.ts";

const DAYS = 30;
/** Another month: `PAYHUB_TEST_SEED=7`. */
const SEED = Number(process.env.PAYHUB_TEST_SEED ?? 20_261_120);
const BROKEN = 0.08;

describeBackends(`a month of random days, seed ${SEED}`, (backend) => {
  const chance = dice(seededRandom(SEED));
  let market: Market;
  const lived: LivedDay[] = [];
  let lastDay: string;

  beforeAll(async () => {
    market = await openMarket(backend);
    lastDay = addDays(market.firstDay, DAYS - 1);
    const refundable = { wechatpay: [], alipay: [] };
    for (let day = market.firstDay; day <= lastDay; day = addDays(day, 1)) {
      const today = await liveRandomDay(market, chance, { day, isLast: day === lastDay, refundable });
      const broken = today.flatMap((one) => {
        if (one.lines.length > 0 && chance.isLucky(BROKEN)) return [breakBill(market, chance, one)];
        spoilAtRandom(market, chance, one);
        return [];
      });
      lived.push(...today);
      await morningAfter(day, broken);
    }
  }, 300_000);
  afterAll(() => market?.close());

  async function morningAfter(day: string, broken: readonly ReturnType<typeof breakBill>[]): Promise<void> {
    await runMorningAfter(market, day);
    for (const { channel, runState, mend } of broken) {
      expect(await runOf(market, channel, day)).toMatchObject({ runState });
      if (runState === "refused") mend();
    }
    // A channel that does not tell "not yet" from "nothing" is believed after noon.
    await runMorningAfter(market, day, "12:05:00");
    const { ctx, platform } = market;
    await returnHeldReceipts(ctx, { limit: 100 });
    await passTime(platform);
  }

  test("was a month worth telling of", () => {
    const words = inWords(lived.flatMap(({ expected }) => expected)).map((text) => text.split(" ")[0]);
    expect(new Set(words).size).toBeGreaterThanOrEqual(10);
    expect(lived.flatMap(({ lines }) => lines).length).toBeGreaterThan(200);
  });

  describe.each(CHANNELS)("%s", (channel) => {
    test("tells each spoil and each slip by its name, and nothing else", async () => {
      let carried: LivedDay["expectedNext"] = [];
      for (const { day, expected, expectedNext } of lived.filter((one) => one.channel === channel)) {
        expect(await runOf(market, channel, day), day).toEqual({ runState: "done", failure: null });
        expect(await shown(market, channel, day), day).toEqual(inWords([...expected, ...carried]));
        carried = expectedNext;
      }
      expect(carried).toEqual([]);
    });

    test("explains all of the days on which nothing is left to do", async () => {
      const { accountNo } = market.platform.accounts[channel];
      const { rows } = await statementOf(market, market.firstDay, lastDay, accountNo);
      for (const { explainedPercent, openCount } of rows) expect(explainedPercent === 100).toBe(openCount === 0);
      expect(rows.filter(({ openCount }) => openCount === 0).length).toBeGreaterThan(0);
    });
  });

  test("says the same to the byte when every day is run again, and repairs and asks nothing", async () => {
    const before = await everything(market, market.firstDay, lastDay);
    for (const day of new Set(lived.map((one) => one.day))) {
      await Promise.all(CHANNELS.map((channel) => runAgain(market, channel, day)));
    }
    expect(await everything(market, market.firstDay, lastDay)).toEqual(before);
  }, 120_000);

  test("leaves books that hold, once the refunds past payhub are approved", async () => {
    const { ctx, platform } = market;
    const proposals = await ctx.store.db
      .selectFrom("difference")
      .select("differenceNo")
      .where("proposedFix", "=", "record_refund")
      .execute();
    for (const { differenceNo } of proposals) {
      const act = { differenceNo, note: "客服在商户平台退的款" };
      await proposeFix(ctx, { ...act, actor: "li", fix: "record_refund" });
      await approveFix(ctx, { ...act, actor: "wang" });
    }
    expect(await platform.violations()).toEqual([]);
  });
});
