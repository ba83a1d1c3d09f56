import { boundsOfDay, type HeldReceipt, issueNumber } from "@payhub/domain";
import { insertHeldReceipt } from "@payhub/store";
import { describeBackends, openPlatform, type TestPlatform } from "@payhub/testkit";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { businessOf, CONSOLE, counted, found, ran } from "../../../test/differences.ts";
import { codeOf } from "../../../test/support.ts";
import { createApp } from "../../merchant/create-app.ts";
import { getRun, listRuns } from "../list-runs.ts";
import { getFundFlow } from "./get-fund-flow.ts";
import { getStatement } from "./get-statement.ts";

describeBackends("statements", (backend) => {
  let platform: TestPlatform;
  let stranger: string;
  beforeAll(async () => {
    platform = await openPlatform(backend);
    stranger = (await createApp(platform.ctx, { name: "stranger" })).app.appId;
  });
  afterAll(() => platform.close());
  const day = (businessDay: string) => ({ fromDay: businessDay, toDay: businessDay });

  describe("of a day", () => {
    const businessDay = "2026-11-20";
    beforeAll(async () => {
      const { accountNo, channel } = platform.accounts.alipay;
      const refunds = { bookRefundCount: 2, bookRefundAmount: 300, billRefundCount: 1, billRefundAmount: 200 };
      await counted(platform, { ...refunds, bookPaymentCount: 10, bookPaymentAmount: 12_880, matchedCount: 2 });
      await counted(platform, { accountNo, channel, matchedCount: 3 });
      await counted(platform, { appId: stranger, matchedCount: 4, billFee: 1 });
      await counted(platform, { appId: "", bookPaymentCount: 0, bookPaymentAmount: 0, billFee: 0, matchedCount: 0 });
      await counted(platform, { businessDay: "2026-11-19", matchedCount: 1_000 });
      await found(platform, { delta: 100 });
      await found(platform, { delta: 100 });
      await found(platform, { delta: -5, differenceState: "resolved" });
      await found(platform, { appId: null, differenceClass: "missing_here", delta: 1_288 });
      await found(platform, { appId: stranger, differenceClass: "missing_there", delta: -1_288, accountNo });
      await found(platform, { businessDay: "2026-11-21" });
      await ran(platform, {});
      await ran(platform, { accountNo, runState: "waiting" });
    });

    it("adds up both sides, fees and net, and counts what is explained", async () => {
      const { total, runs } = await getStatement(platform.ctx, CONSOLE, { ...day(businessDay), by: "account" });
      expect(total).toEqual({
        books: {
          paymentCount: 12,
          paymentAmount: 15_456,
          refundCount: 2,
          refundAmount: 300,
          net: 15_456 - 300 - 17,
        },
        bill: { paymentCount: 4, paymentAmount: 5_152, refundCount: 1, refundAmount: 200, net: 5_152 - 200 - 17 },
        fee: 17,
        matchedCount: 9,
        differences: [
          { differenceClass: "amount_mismatch", differenceState: "open", count: 2, delta: 200 },
          { differenceClass: "amount_mismatch", differenceState: "resolved", count: 1, delta: -5 },
          { differenceClass: "missing_here", differenceState: "open", count: 1, delta: 1_288 },
          { differenceClass: "missing_there", differenceState: "open", count: 1, delta: -1_288 },
        ],
        openCount: 4,
        explainedPercent: 71.42,
      });
      expect(runs).toEqual({ requested: 0, running: 0, waiting: 1, refused: 0, done: 1 });
    });

    it("has a row for each account and each app, which add up to the whole", async () => {
      const { alipay, wechatpay } = platform.accounts;
      const byAccount = await getStatement(platform.ctx, CONSOLE, { ...day(businessDay), by: "account" });
      const row = (accountNo: string) => byAccount.rows.find(({ group }) => group === accountNo);
      expect(byAccount.rows).toHaveLength(2);
      expect(row(alipay.accountNo)).toMatchObject({ matchedCount: 3, openCount: 1, explainedPercent: 75 });
      expect(row(wechatpay.accountNo)).toMatchObject({ matchedCount: 6, openCount: 3, explainedPercent: 70 });
      const byApp = await getStatement(platform.ctx, CONSOLE, { ...day(businessDay), by: "app" });
      expect(byApp.total).toEqual(byAccount.total);
      expect(byApp.rows.map(({ group, openCount }) => [group, openCount])).toEqual(
        [
          [null, 1],
          [platform.caller.appId, 2],
          [stranger, 1],
        ].sort(([one], [other]) => String(one ?? "").localeCompare(String(other ?? ""))),
      );
    });

    it("is of one account or one app when asked", async () => {
      const { accountNo } = platform.accounts.alipay;
      const ofAccount = await getStatement(platform.ctx, CONSOLE, { ...day(businessDay), accountNo, by: "app" });
      expect(ofAccount.total).toMatchObject({ matchedCount: 3, openCount: 1 });
      expect(ofAccount.runs).toMatchObject({ waiting: 1, done: 0 });
      const ofApp = await getStatement(platform.ctx, CONSOLE, { ...day(businessDay), appId: stranger, by: "day" });
      expect(ofApp.total).toMatchObject({ matchedCount: 4, fee: 1, openCount: 1 });
      expect(ofApp.rows.map(({ group }) => group)).toEqual([businessDay]);
    });

    it("shows a business app its own orders and nothing of the whole", async () => {
      const business = businessOf(platform);
      const own = await getStatement(platform.ctx, business, { ...day(businessDay), by: "app" });
      expect(own.rows.map(({ group }) => group)).toEqual([platform.caller.appId]);
      expect(own.total).toMatchObject({ matchedCount: 5, openCount: 2, fee: 16 });
      expect(own.runs).toBeNull();
      const others = getStatement(platform.ctx, business, { ...day(businessDay), appId: stranger, by: "app" });
      expect(await codeOf(others)).toBe("FORBIDDEN");
    });

    it("lists the runs, the newest day first, with their bills", async () => {
      const { accountNo } = platform.accounts.wechatpay;
      const older = await ran(platform, { businessDay: "2026-11-18" });
      const newer = await ran(platform, { businessDay: "2026-11-19", runState: "refused" });
      const first = await listRuns(platform.ctx, { accountNo, toDay: "2026-11-19", limit: 1 });
      expect(first.items.map(({ runNo }) => runNo)).toEqual([newer.runNo]);
      const cursor = first.nextCursor ?? undefined;
      const second = await listRuns(platform.ctx, { accountNo, toDay: "2026-11-19", limit: 1, cursor });
      expect(second.items.map(({ runNo }) => runNo)).toEqual([older.runNo]);
      const refused = await listRuns(platform.ctx, { runState: "refused", limit: 10 });
      expect(refused).toMatchObject({ items: [{ runNo: newer.runNo }], nextCursor: null });
      const at = { createdAt: 1, updatedAt: 1 };
      const file = { billKind: "trade", digest: "d".repeat(64), sizeBytes: 7, billState: "refused" } as const;
      const bill = { ...file, accountNo, businessDay: newer.businessDay, failure: "wrong hash", ...at };
      await platform.ctx.store.db.insertInto("bill_file").values(bill).execute();
      expect(await getRun(platform.ctx, newer.runNo)).toMatchObject({
        run: { runState: "refused" },
        billFiles: [file],
      });
      expect(await getRun(platform.ctx, older.runNo)).toMatchObject({ billFiles: [] });
      expect(await codeOf(getRun(platform.ctx, "RN0"))).toBe("NOT_FOUND");
    });
  });

  describe("of a month", () => {
    it("ends with the year's last day, and not after it", async () => {
      for (const businessDay of ["2026-11-30", "2026-12-01", "2026-12-31", "2027-01-01", "2027-01-31", "2027-02-01"])
        await counted(platform, { businessDay, matchedCount: 1, appId: "" });
      await found(platform, { businessDay: "2026-12-31", differenceState: "accepted" });
      const month = { fromDay: "2026-12-01", toDay: "2026-12-31", by: "day" } as const;
      const december = await getStatement(platform.ctx, CONSOLE, month);
      expect(december.rows.map(({ group }) => group)).toEqual(["2026-12-01", "2026-12-31"]);
      expect(december.total).toMatchObject({ matchedCount: 2, openCount: 0, explainedPercent: 100 });
      const over = { fromDay: "2026-12-31", toDay: "2027-01-30", by: "day" } as const;
      expect((await getStatement(platform.ctx, CONSOLE, over)).total.matchedCount).toBe(2);
      const long = { fromDay: "2026-12-01", toDay: "2027-01-01", by: "day" } as const;
      expect(await codeOf(getStatement(platform.ctx, CONSOLE, long))).toBe("INVALID_INPUT");
    });

    it("of days without business is empty and explained", async () => {
      const empty = await getStatement(platform.ctx, CONSOLE, { ...day("2020-01-01"), by: "account" });
      expect(empty.rows).toEqual([]);
      expect(empty.total).toMatchObject({ matchedCount: 0, explainedPercent: 100, differences: [] });
    });
  });

  describe("the fund-flow view", () => {
    const businessDay = "2025-03-31";

    function heldOf(changes: Partial<HeldReceipt>): HeldReceipt {
      const number = issueNumber("heldReceipt", platform.ctx);
      const { accountNo, channel } = platform.accounts.wechatpay;
      const { toMs } = boundsOfDay(businessDay);
      const order = { outTradeNo: "T1", channelTradeNo: number, appId: null, paymentNo: null, refundNo: null };
      const at = { paidAt: toMs - 1, createdAt: toMs, updatedAt: toMs };
      const held = { heldReceiptNo: number, channel, accountNo, amount: 100, reason: "late", status: "held" } as const;
      return { ...held, ...order, ...at, ...changes };
    }

    it("tells where the money of a merchant's day went, the channel's own words beside it", async () => {
      const { wechatpay, alipay } = platform.accounts;
      const { merchantNo } = wechatpay;
      await counted(platform, { businessDay, bookPaymentAmount: 10_000, bookRefundAmount: 1_000, billFee: 60 });
      await counted(platform, { businessDay, accountNo: alipay.accountNo, bookPaymentAmount: 500, billFee: 3 });
      await counted(platform, { businessDay, accountNo: "A-other", merchantNo: "M-other", bookPaymentAmount: 7 });
      const { fromMs, toMs } = boundsOfDay(businessDay);
      const receipts = [
        heldOf({}),
        heldOf({ paidAt: fromMs, amount: 20, status: "refunded" }),
        heldOf({ paidAt: fromMs - 1, amount: 1 }),
        heldOf({ paidAt: toMs, amount: 2 }),
      ];
      for (const held of receipts) await insertHeldReceipt(platform.ctx.store.db, held);
      const flow = { merchantNo, businessDay, flowKind: "payment", inCount: 1, inAmount: 9_000 } as const;
      const out = { outCount: 0, outAmount: 0, createdAt: 1, updatedAt: 1 };
      for (const { accountNo, channel } of [wechatpay, alipay])
        await platform.ctx.store.db
          .insertInto("fund_flow_total")
          .values({ ...flow, ...out, accountNo, channel })
          .execute();
      const own = {
        merchantNo,
        businessDay,
        gross: 10_500,
        refunds: 1_000,
        fees: 63,
        net: 9_437,
        heldCount: 2,
        heldAmount: 120,
        heldLeftAmount: 100,
        channelFlows: [{ flowKind: "payment", inCount: 2, inAmount: 18_000, outCount: 0, outAmount: 0 }],
      };
      expect(await getFundFlow(platform.ctx, { ...day(businessDay), merchantNo })).toEqual([own]);
      expect(await getFundFlow(platform.ctx, day(businessDay))).toEqual(
        expect.arrayContaining([own, expect.objectContaining({ merchantNo: "M-other", gross: 7, net: -1 })]),
      );
      const month = { fromDay: "2025-03-01", toDay: "2025-03-31", merchantNo };
      const days = await getFundFlow(platform.ctx, month);
      expect(days.map((one) => one.businessDay)).toEqual(["2025-03-30", businessDay]);
    });
  });
});
