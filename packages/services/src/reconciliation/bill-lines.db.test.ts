import { describeBackends } from "@payhub/testkit";
import { expect, test } from "vitest";
import { daysOf } from "../../test/reconciliation/days.ts";
import { DAY, itemOf } from "../../test/reconciliation/desk.ts";

describeBackends("days whose bill has odd lines", (backend) => {
  const { open, bill, shown, own } = daysOf(backend);

  test("tell of lines that cannot be read, and do not call what these name missing", async () => {
    const desk = await open();
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
    const desk = await open({ feeRate: 60 });
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
    const desk = await open();
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

  test("tell of a refund's number at another order, whose refund is not that one", async () => {
    const desk = await open();
    const one = await desk.order();
    const other = await desk.order();
    const { line: back } = await desk.refund(one);
    bill(DAY, one.line, other.line, { ...back, outTradeNo: other.attempt.attemptNo });
    await desk.run();
    expect(await shown()).toEqual(["missing_here bill_wrong open -300", "missing_there books_wrong open 300"]);
    expect(await own("day_total")).toMatchObject([{ bookRefundCount: 1, bookRefundAmount: 300, matchedCount: 2 }]);
  });

  test("check the fee and the fen of what was never heard at once, and find nothing new when it is repaired", async () => {
    const desk = await open({ feeRate: 6_000 });
    const unpaid = { state: "awaiting_payer", channelTradeNo: null, paidAt: null } as const;
    const cent = await desk.order({ ...unpaid, chargedAmount: 1 }, { amount: 880 });
    const dear = await desk.order(unpaid);
    const late = await desk.order({ ...unpaid, state: "closed" });
    for (const { attempt, receipt } of [cent, dear, late]) {
      desk.bank.orders.set(attempt.attemptNo, { kind: "paid", receipt });
    }
    bill(DAY, { ...cent.line, fee: 1 }, { ...dear.line, fee: 607 }, { ...late.line, fee: 609 });
    await desk.run();
    expect(await shown()).toEqual([
      "fee_mismatch fee_rate open 7",
      "fee_mismatch fee_rate open 9",
      "one_cent one_cent_switch accepted 0",
      "status_mismatch late_money repaired 1000",
      "status_mismatch never_heard repaired 1",
      "status_mismatch never_heard repaired 1000",
    ]);
    const first = await desk.everything();
    await desk.run();
    expect(await desk.everything()).toEqual(first);
  });
});
