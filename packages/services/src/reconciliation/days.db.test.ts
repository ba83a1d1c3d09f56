import { addDays, type BillLine, boundsOfDay } from "@payhub/domain";
import { describeBackends } from "@payhub/testkit";
import { afterAll, expect, test } from "vitest";
import { DAY, type Desk, itemOf, morningOf, openDesk } from "../../test/reconciliation/desk.ts";

const NEXT = addDays(DAY, 1);
const HOUR_MS = 3_600_000;
const MIDNIGHT = boundsOfDay(DAY).toMs;

describeBackends("the days of an account", (backend) => {
  let desk: Desk;
  let last: Desk | undefined;
  afterAll(() => last?.close());

  async function open(options: Parameters<typeof openDesk>[1] = {}): Promise<Desk> {
    desk = await openDesk(backend, { ...options, after: last });
    last = desk;
    return desk;
  }
  const bill = (day: string, ...lines: BillLine[]) =>
    desk.bank.trade.set(
      day,
      lines.map((line) => itemOf(line)),
    );
  const nextMorning = () => desk.platform.clock.set(boundsOfDay(NEXT).toMs + 11 * HOUR_MS);
  const shown = async (day = DAY) =>
    (await desk.differences(day))
      .map(({ differenceClass, cause, differenceState, delta }) => {
        return [differenceClass, cause, differenceState, delta].join(" ");
      })
      .toSorted();
  const own = <Table extends "day_total" | "fund_flow_total" | "bill_file">(table: Table) =>
    desk.ctx.store.db
      .selectFrom<"day_total" | "fund_flow_total" | "bill_file">(table)
      .selectAll(table)
      .where("accountNo", "=", desk.account.accountNo)
      .orderBy("id")
      .execute();

  test("carry money of 23:59:59 to the next day, which has it", async () => {
    await open();
    const { line } = await desk.order({}, { paidAt: MIDNIGHT - 1000 });
    bill(DAY);
    bill(NEXT, line);
    await desk.run(DAY);
    expect(await shown()).toEqual(["day_boundary near_midnight open -1000"]);
    expect((await desk.differences())[0]?.proposedFix).toBe("wait_for_next_day");
    nextMorning();
    await desk.run(NEXT);
    expect(await shown()).toEqual(["day_boundary near_midnight resolved -1000"]);
    expect(await shown(NEXT)).toEqual(["day_boundary other_day resolved 1000"]);
    expect(desk.bank.asked.filter((number) => number.startsWith("T"))).toEqual([]);
    const first = await desk.everything();
    await desk.run(DAY);
    await desk.run(NEXT);
    expect(await desk.everything()).toEqual(first);
  });

  test("call money of 23:59:59 missing when the next day has it neither", async () => {
    await open();
    const { attempt, receipt } = await desk.order({}, { paidAt: MIDNIGHT - 1000 });
    desk.bank.orders.set(attempt.attemptNo, { kind: "paid", receipt });
    bill(DAY);
    bill(NEXT);
    await desk.run(DAY);
    nextMorning();
    await desk.run(NEXT);
    expect(await shown()).toEqual(["day_boundary near_midnight resolved -1000"]);
    expect(await shown(NEXT)).toEqual(["missing_there bill_wrong open -1000"]);
    const first = await desk.everything();
    await desk.run(DAY);
    await desk.run(NEXT);
    expect(await desk.everything()).toEqual(first);
  });

  test("leave money of 00:00:01 to the day before, and not to the day after", async () => {
    const before = addDays(DAY, -1);
    await open({ openedMs: morningOf(before) });
    await desk.order({}, { paidAt: boundsOfDay(DAY).fromMs + 1000 });
    for (const day of [before, DAY, NEXT]) bill(day);
    nextMorning();
    await desk.run(DAY);
    await desk.run(NEXT);
    expect(await shown()).toEqual(["day_boundary near_midnight open -1000"]);
    expect(await shown(NEXT)).toEqual([]);
    await desk.run(before);
    expect(await shown()).toEqual(["day_boundary near_midnight resolved -1000"]);
    expect(await shown(before)).toEqual(["missing_there books_wrong open -1000"]);
  });

  test("end what was missing when a later bill has it", async () => {
    await open();
    const { attempt, line, receipt } = await desk.order({}, { paidAt: MIDNIGHT - 3 * HOUR_MS });
    desk.bank.orders.set(attempt.attemptNo, { kind: "paid", receipt });
    bill(DAY);
    bill(NEXT, line);
    await desk.run(DAY);
    expect(await shown()).toEqual(["missing_there bill_wrong open -1000"]);
    nextMorning();
    await desk.run(NEXT);
    expect(await shown()).toEqual(["missing_there bill_wrong resolved -1000"]);
    expect(await shown(NEXT)).toEqual(["day_boundary other_day resolved 1000"]);
    const first = await desk.everything();
    await desk.run(DAY);
    expect(await desk.everything()).toEqual(first);
  });

  test("find money of 00:00:01 on the day before, whichever is reconciled first", async () => {
    for (const order of [
      [DAY, NEXT],
      [NEXT, DAY],
    ]) {
      await open();
      const { line } = await desk.order({}, { paidAt: MIDNIGHT + 1000 });
      bill(DAY, line);
      bill(NEXT);
      nextMorning();
      for (const day of order) await desk.run(day);
      expect(await shown(DAY)).toEqual(["day_boundary other_day resolved 1000"]);
      const here = order[0] === DAY ? [] : ["day_boundary near_midnight resolved -1000"];
      expect(await shown(NEXT)).toEqual(here);
    }
  });

  test("call money of 23:50 missing only when it is nearer to noon than to midnight's other side", async () => {
    await open();
    await desk.order({}, { paidAt: MIDNIGHT - 10 * 60_000 - 1 });
    await desk.order({}, { paidAt: MIDNIGHT - 10 * 60_000 });
    bill(DAY);
    await desk.run(DAY);
    expect(await shown()).toEqual(["day_boundary near_midnight open -1000", "missing_there books_wrong open -1000"]);
  });

  test("are explained anew by a bill that was issued anew, and both bills are kept", async () => {
    await open();
    const one = await desk.order();
    const other = await desk.order();
    desk.bank.orders.set(other.attempt.attemptNo, { kind: "paid", receipt: other.receipt });
    bill(DAY, one.line);
    await desk.run();
    expect(await shown()).toEqual(["missing_there bill_wrong open -1000"]);
    bill(DAY, one.line, other.line);
    await desk.run(DAY, "payhub");
    expect(await shown()).toEqual(["missing_there bill_wrong open -1000"]);
    await desk.run(DAY, "zhang");
    expect(await shown()).toEqual(["missing_there bill_wrong resolved -1000"]);
    expect((await own("day_total"))[0]).toMatchObject({
      matchedCount: 2,
      billPaymentAmount: 2000,
      bookPaymentAmount: 2000,
    });
    const files = await own("bill_file");
    expect(files.filter(({ billKind, billState }) => billKind === "trade" && billState === "accepted")).toHaveLength(2);
    bill(DAY, one.line);
    await desk.run(DAY, "zhang");
    expect(await shown()).toEqual(["missing_there bill_wrong open -1000"]);
  });

  test("keep what a person has touched, also when it is not found any more", async () => {
    await open();
    const { line, attempt, receipt } = await desk.order();
    desk.bank.orders.set(attempt.attemptNo, { kind: "paid", receipt });
    bill(DAY);
    await desk.run();
    const { accountNo } = desk.account;
    await desk.ctx.store.db
      .updateTable("difference")
      .set({ assignee: "li" })
      .where("accountNo", "=", accountNo)
      .execute();
    bill(DAY, line);
    await desk.run(DAY, "zhang");
    expect(await shown()).toEqual(["missing_there bill_wrong open -1000"]);
  });

  test("without business are a result", async () => {
    await open();
    desk.bank.trade.set(DAY, { kind: "none" });
    expect(await desk.run()).toMatchObject({ runState: "done", tradeBill: null, fundFlowBill: null, nextTryAt: null });
    expect(await shown()).toEqual([]);
    expect(desk.platform.alerts).toEqual([]);
    await desk.run();
    expect(desk.bank.asked.filter((asked) => asked === `trade ${DAY}`)).toHaveLength(1);
  });

  test("whose bill is absent are without business at noon, when the books have nothing either", async () => {
    await open();
    desk.bank.trade.set(DAY, { kind: "absent" });
    desk.bank.fundFlow.set(DAY, { kind: "absent" });
    expect(await desk.run()).toMatchObject({ runState: "waiting" });
    desk.platform.clock.set(MIDNIGHT + 12 * HOUR_MS);
    expect(await desk.run()).toMatchObject({ runState: "done", tradeBill: null });
  });

  test("whose bill is absent wait on when the books have money", async () => {
    await open();
    await desk.order();
    desk.bank.trade.set(DAY, { kind: "absent" });
    desk.platform.clock.set(MIDNIGHT + 12 * HOUR_MS);
    expect(await desk.run()).toMatchObject({ runState: "waiting", failure: "trade bill: the bill is not there" });
    expect(desk.platform.alerts.map(({ kind }) => kind)).toEqual(["bill_missing"]);
  });

  test("wait for their bill, are told of at noon, once a day, and are done when it came", async () => {
    await open();
    const { line } = await desk.order();
    const { clock, alerts } = desk.platform;
    const told = () => alerts.filter(({ kind }) => kind === "bill_missing").length;
    expect(await desk.run()).toMatchObject({ runState: "waiting", nextTryAt: clock.now() + 10 * 60_000 });
    clock.set(MIDNIGHT + 12 * HOUR_MS - 1);
    expect(await desk.run()).toMatchObject({ nextTryAt: MIDNIGHT + 12 * HOUR_MS });
    expect(told()).toBe(0);
    clock.set(MIDNIGHT + 12 * HOUR_MS);
    expect(await desk.run()).toMatchObject({ nextTryAt: clock.now() + 30 * 60_000 });
    clock.advance(30 * 60_000);
    await desk.run();
    expect(told()).toBe(1);
    clock.advance(24 * HOUR_MS);
    await desk.run();
    expect(told()).toBe(2);
    bill(DAY, line);
    expect(await desk.run()).toMatchObject({ runState: "done", tryCount: 6, nextTryAt: null });
  });

  test("are tried no more when the channel keeps the bill no longer", async () => {
    await open();
    desk.platform.clock.set(MIDNIGHT + 60 * 24 * HOUR_MS - 30 * 60_000);
    expect(await desk.run()).toMatchObject({ runState: "waiting", nextTryAt: null });
  });

  test("have a refused bill kept for inspection, and are done with a good one", async () => {
    await open();
    const { line } = await desk.order();
    desk.bank.trade.set(DAY, { kind: "refused", reason: "its hash is another" });
    expect(await desk.run()).toMatchObject({ runState: "refused", failure: "trade bill: its hash is another" });
    await desk.run();
    expect(desk.platform.alerts.map(({ kind }) => kind)).toEqual(["bill_refused"]);
    desk.bank.trade.set(DAY, { kind: "unreadable" });
    desk.bank.fundFlow.set(DAY, []);
    expect(await desk.run()).toMatchObject({ runState: "refused", failure: "trade bill: the bill is another shop's" });
    const files = await own("bill_file");
    const trades = files.filter((file) => "billKind" in file && file.billKind === "trade");
    expect(trades.map(({ billState, failure }) => [billState, failure])).toEqual([
      ["refused", "its hash is another"],
      ["refused", "the bill is another shop's"],
    ]);
    for (const { digest } of trades) await (await desk.ctx.bills.open(digest)).release();
    desk.bank.fundFlow.delete(DAY);
    bill(DAY, line);
    expect(await desk.run()).toMatchObject({ runState: "done", failure: null });
  });

  test("are done without a fund-flow bill at once where the account can have none", async () => {
    await open();
    desk.bank.billKinds = ["trade"];
    const { line } = await desk.order();
    bill(DAY, line);
    expect(await desk.run()).toMatchObject({ runState: "done", failure: null, nextTryAt: null, fundFlowBill: null });
    expect(await shown()).toEqual([]);
    expect(desk.bank.asked).toEqual([`trade ${DAY}`]);
    expect(desk.platform.alerts.filter(({ kind }) => kind === "bill_missing")).toEqual([]);
    desk.bank.billKinds = undefined;
  });

  test("go on without a fund-flow bill from noon on, and are done again when it came", async () => {
    await open();
    const { line } = await desk.order();
    bill(DAY, { ...line, fee: 6 });
    desk.bank.fundFlow.set(DAY, { kind: "not_ready" });
    expect(await desk.run()).toMatchObject({ runState: "waiting" });
    const { clock, alerts } = desk.platform;
    clock.set(MIDNIGHT + 12 * HOUR_MS);
    const failure = "done without the fund-flow bill, which is not there";
    expect(await desk.run()).toMatchObject({ runState: "done", failure, nextTryAt: clock.now() + 30 * 60_000 });
    expect(alerts.map(({ kind }) => kind)).toEqual(["bill_missing"]);
    desk.bank.fundFlow.delete(DAY);
    expect(await desk.run()).toMatchObject({ runState: "done", failure: null, nextTryAt: null });
    const flows = await own("fund_flow_total");
    expect(flows.map(({ flowKind, inAmount, outAmount }) => [flowKind, inAmount, outAmount])).toEqual(
      [
        ["fee", 0, 6],
        ["payment", 1000, 0],
      ].toReversed(),
    );
    expect(await shown()).toEqual([]);
  });

  test("tell of a balance that moved by another sum", async () => {
    await open();
    const { line } = await desk.order();
    bill(DAY, line);
    const flow = { lineNo: 1, direction: "in", occurredAt: morningOf(DAY), outNo: null } as const;
    desk.bank.fundFlow.set(DAY, [
      { kind: "line", line: { ...flow, kind: "payment", amount: 990 } },
      { kind: "line", line: { ...flow, kind: "other", amount: 10 } },
      { kind: "sum_differs", name: "收入总金额", stated: "9.90", counted: "10.00" },
    ]);
    await desk.run();
    expect(await shown()).toEqual(["fund_flow_mismatch sums_differ open -10", "summary_mismatch sums_differ open 0"]);
    expect((await desk.differences()).map(({ facts }) => facts)).toEqual([
      { bill: "fund_flow", name: "收入总金额", stated: "9.90", counted: "10.00" },
      { tradeNet: 1000, fundFlowNet: 990 },
    ]);
  });

  test("tell of lines that cannot be read, and do not call what these name missing", async () => {
    await open();
    const { attempt, line } = await desk.order();
    const long = { ...line, outTradeNo: "9".repeat(65), channelTradeNo: "c" };
    desk.bank.trade.set(DAY, [
      { kind: "malformed", lineNo: 7, reason: "11 columns of 27", text: `2026-11-20,wx1,${attempt.attemptNo},12` },
      itemOf(long, { lineNo: 8 }),
      itemOf(long, { lineNo: 9, outTradeNo: "a\tb" }),
    ]);
    await desk.run();
    expect(await shown()).toEqual(Array.from({ length: 3 }, () => "malformed_line unreadable open 0"));
    expect((await desk.differences()).map(({ facts }) => facts?.lineNo)).toEqual([7, 8, 9]);
    expect((await desk.differences())[0]?.facts).toMatchObject({ bill: "trade", reason: "11 columns of 27" });
  });

  test("check fees against the agreed rate, a refund's to the fen", async () => {
    await open({ feeRate: 60 });
    const right = await desk.order();
    const wrong = await desk.order();
    const { line: back } = await desk.refund(right);
    const { line: wrongBack } = await desk.refund(wrong);
    bill(DAY, { ...right.line, fee: 6 }, { ...wrong.line, fee: 7 }, { ...back, fee: -1 }, { ...wrongBack, fee: -4 });
    await desk.run();
    expect(await shown()).toEqual(["fee_mismatch fee_rate open 1", "fee_mismatch fee_rate open -2"].toSorted());
    expect((await own("day_total"))[0]).toMatchObject({ matchedCount: 4, billFee: 8 });
  });

  test("refuse a bill with more differences than people could look at", async () => {
    await open();
    const { line } = await desk.order();
    const lines = Array.from({ length: 100_001 }, (_one, index) => ({
      ...line,
      lineNo: index + 1,
      outTradeNo: `SHOP-${index}`,
      channelTradeNo: `C-${index}`,
    }));
    bill(DAY, ...lines.slice(0, 0));
    desk.bank.trade.set(
      DAY,
      lines.map((one) => itemOf(one)),
    );
    const failure = "more than 100000 differences: is it the right account?";
    expect(await desk.run()).toMatchObject({ runState: "refused", failure, nextTryAt: null });
    expect(await shown()).toEqual([]);
  });
});
