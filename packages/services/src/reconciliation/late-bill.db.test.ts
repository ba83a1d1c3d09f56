import { describeBackends } from "@payhub/testkit";
import { expect, test } from "vitest";
import { daysOf, HOUR_MS, MIDNIGHT } from "../../test/reconciliation/days.ts";
import { DAY } from "../../test/reconciliation/desk.ts";

describeBackends("days whose bill is late, refused or issued anew", (backend) => {
  const { open, bill, shown, own } = daysOf(backend);

  test("are explained anew by a bill that was issued anew, and both bills are kept", async () => {
    const desk = await open();
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
    const desk = await open();
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
    const desk = await open();
    desk.bank.trade.set(DAY, { kind: "none" });
    expect(await desk.run()).toMatchObject({ runState: "done", tradeBill: null, fundFlowBill: null, nextTryAt: null });
    expect(await shown()).toEqual([]);
    expect(desk.platform.alerts).toEqual([]);
    await desk.run();
    expect(desk.bank.asked.filter((asked) => asked === `trade ${DAY}`)).toHaveLength(1);
  });

  test("whose bill is absent are without business at noon, when the books have nothing either", async () => {
    const desk = await open();
    desk.bank.trade.set(DAY, { kind: "absent" });
    desk.bank.fundFlow.set(DAY, { kind: "absent" });
    expect(await desk.run()).toMatchObject({ runState: "waiting" });
    desk.platform.clock.set(MIDNIGHT + 12 * HOUR_MS);
    expect(await desk.run()).toMatchObject({ runState: "done", tradeBill: null });
  });

  test("whose bill is absent wait on when the books have money", async () => {
    const desk = await open();
    await desk.order();
    desk.bank.trade.set(DAY, { kind: "absent" });
    desk.platform.clock.set(MIDNIGHT + 12 * HOUR_MS);
    expect(await desk.run()).toMatchObject({ runState: "waiting", failure: "trade bill: the bill is not there" });
    expect(desk.platform.alerts.map(({ kind }) => kind)).toEqual(["bill_missing"]);
  });

  test("wait for their bill, are told of at noon, once a day, and are done when it came", async () => {
    const desk = await open();
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
    const desk = await open();
    desk.platform.clock.set(MIDNIGHT + 60 * 24 * HOUR_MS - 30 * 60_000);
    expect(await desk.run()).toMatchObject({ runState: "waiting", nextTryAt: null });
  });

  test("have a refused bill kept for inspection, and are done with a good one", async () => {
    const desk = await open();
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
});
