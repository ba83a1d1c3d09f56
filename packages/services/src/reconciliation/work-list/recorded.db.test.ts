import type { BillLine, Difference } from "@payhub/domain";
import { describeBackends } from "@payhub/testkit";
import { expect, test } from "vitest";
import { daysOf, NEXT } from "../../../test/reconciliation/days.ts";
import { DAY, type Desk } from "../../../test/reconciliation/desk.ts";
import { runDueReconciliations } from "../due.ts";
import { getStatement } from "../statement/get-statement.ts";
import { approveFix } from "./approve.ts";
import { proposeFix } from "./propose.ts";

const HOLDER = { holder: "test" };

describeBackends("a refund past payhub that was recorded", (backend) => {
  const { open, bill, nextMorning, own, shown } = daysOf(backend);

  /** A day whose bill has a refund of 3 yuan that the books lack. */
  async function openPast(number?: string) {
    const desk = await open();
    const { line } = await desk.order();
    const outRefundNo = number ?? `COUNTER-${desk.account.accountNo}`;
    const occurredAt = line.occurredAt + 3_600_000;
    const back: BillLine = {
      ...line,
      lineNo: 2,
      kind: "refund",
      outRefundNo,
      channelRefundNo: "CR1",
      amount: 300,
      occurredAt,
    };
    desk.bank.refunds.set(outRefundNo, {
      kind: "succeeded",
      amount: 300,
      channelRefundNo: desk.account.accountNo,
      succeededAt: occurredAt,
    });
    bill(DAY, line, back);
    await desk.run(DAY);
    return { desk, back };
  }

  async function record({ ctx }: Desk, { differenceNo }: Difference): Promise<void> {
    await proposeFix(ctx, { differenceNo, actor: "li", note: "", fix: "record_refund" });
    await approveFix(ctx, { differenceNo, actor: "wang", note: "" });
  }

  async function onlyOne(desk: Desk): Promise<Difference> {
    const [difference, ...others] = await desk.differences();
    if (!difference || others.length > 0) throw new Error(`there are ${others.length + 1} differences`);
    return difference;
  }

  test("agrees with its line, and the day is done again by itself", async () => {
    const { desk } = await openPast();
    expect(await shown()).toEqual(["missing_here refund_past_payhub open -300"]);
    await record(desk, await onlyOne(desk));
    expect(await desk.runOf(DAY)).toMatchObject({ runState: "requested", requestedBy: "payhub" });
    desk.bank.asked.length = 0;
    await runDueReconciliations(desk.ctx, HOLDER);
    expect(desk.bank.asked).toEqual([]);
    expect(await desk.runOf(DAY)).toMatchObject({ runState: "done", nextTryAt: null });
    expect(await shown()).toEqual(["missing_here refund_past_payhub repaired -300"]);
    const both = { bookRefundCount: 1, bookRefundAmount: 300, billRefundCount: 1, billRefundAmount: 300 };
    expect(await own("day_total")).toMatchObject([{ ...both, matchedCount: 2 }]);
    const wanted = { fromDay: DAY, toDay: DAY, accountNo: desk.account.accountNo, by: "account" } as const;
    const { total } = await getStatement(desk.ctx, { appId: "", role: "console" }, wanted);
    expect(total).toMatchObject({ matchedCount: 2, openCount: 0, explainedPercent: 100 });
    const first = await desk.everything();
    await desk.run(DAY, "zhang");
    expect(await desk.everything()).toEqual(first);
  });

  test("is on another day where a later bill has it", async () => {
    const { desk, back } = await openPast();
    await record(desk, await onlyOne(desk));
    bill(NEXT, back);
    nextMorning();
    await desk.run(NEXT);
    expect(await shown(NEXT)).toEqual(["day_boundary other_day resolved -300"]);
    expect(await shown()).toEqual(["missing_here refund_past_payhub repaired -300"]);
  });

  test("ends what a later day had found of it before", async () => {
    const { desk, back } = await openPast();
    bill(NEXT, back);
    nextMorning();
    await desk.run(NEXT);
    expect(await shown(NEXT)).toEqual(["missing_here refund_past_payhub open -300"]);
    await record(desk, await onlyOne(desk));
    await desk.run(NEXT);
    expect(await shown(NEXT)).toEqual([
      "day_boundary other_day resolved -300",
      "missing_here refund_past_payhub resolved -300",
    ]);
  });

  test("is not another account's refund of the same number", async () => {
    const { desk } = await openPast("COUNTER-1");
    await record(desk, await onlyOne(desk));
    await openPast("COUNTER-1");
    expect(await shown()).toEqual(["missing_here refund_past_payhub open -300"]);
  });
});
