import { describeBackends } from "@payhub/testkit";
import { expect, test } from "vitest";
import { daysOf, HOUR_MS, MIDNIGHT } from "../../test/reconciliation/days.ts";
import { DAY, morningOf } from "../../test/reconciliation/desk.ts";

const LACKS = "done without the fund-flow bill, which is not there";

describeBackends("days beside their fund-flow bill", (backend) => {
  const { open, bill, shown, own } = daysOf(backend);

  test("are done without a fund-flow bill at once where the account can have none", async () => {
    const desk = await open();
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
    const desk = await open();
    const { line } = await desk.order();
    bill(DAY, { ...line, fee: 6 });
    desk.bank.fundFlow.set(DAY, { kind: "not_ready" });
    expect(await desk.run()).toMatchObject({ runState: "waiting" });
    const { clock, alerts } = desk.platform;
    clock.set(MIDNIGHT + 12 * HOUR_MS);
    expect(await desk.run()).toMatchObject({ runState: "done", failure: LACKS, nextTryAt: clock.now() + 30 * 60_000 });
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
    const desk = await open();
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

  test.each([
    { by: "the clock", requestedBy: "payhub" },
    { by: "hand", requestedBy: "zhang" },
  ])("ask again for one that was none when the trade bill has lines since, by $by", async ({ requestedBy }) => {
    const desk = await open();
    const { clock } = desk.platform;
    clock.set(MIDNIGHT + 12 * HOUR_MS);
    bill(DAY);
    desk.bank.fundFlow.set(DAY, { kind: "absent" });
    expect(await desk.run()).toMatchObject({ runState: "done", failure: null });
    const { line } = await desk.order();
    bill(DAY, line);
    expect(await desk.run(DAY, "zhang")).toMatchObject({ runState: "done", failure: LACKS });
    expect(await shown()).toEqual([]);
    desk.bank.fundFlow.delete(DAY);
    expect(await desk.run(DAY, requestedBy)).toMatchObject({ runState: "done", failure: null });
    expect(await own("fund_flow_total")).toMatchObject([{ flowKind: "payment", inAmount: 1000 }]);
    expect(await shown()).toEqual([]);
  });
});
