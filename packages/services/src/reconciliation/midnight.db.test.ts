import { addDays, boundsOfDay } from "@payhub/domain";
import { describeBackends } from "@payhub/testkit";
import { expect, test } from "vitest";
import { daysOf, HOUR_MS, MIDNIGHT, NEXT } from "../../test/reconciliation/days.ts";
import { DAY, morningOf } from "../../test/reconciliation/desk.ts";

describeBackends("an account's days around midnight", (backend) => {
  const { open, bill, nextMorning, shown } = daysOf(backend);

  test("carry money of 23:59:59 to the next day, which has it", async () => {
    const desk = await open();
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
    const desk = await open();
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
    const desk = await open({ openedMs: morningOf(before) });
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
    const desk = await open();
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
      const desk = await open();
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
    const desk = await open();
    await desk.order({}, { paidAt: MIDNIGHT - 10 * 60_000 - 1 });
    await desk.order({}, { paidAt: MIDNIGHT - 10 * 60_000 });
    bill(DAY);
    await desk.run(DAY);
    expect(await shown()).toEqual(["day_boundary near_midnight open -1000", "missing_there books_wrong open -1000"]);
  });

  test("end what was carried over when the newest bill of its own day has it, until one lacks it again", async () => {
    const desk = await open();
    const { attempt, line, receipt } = await desk.order({}, { paidAt: MIDNIGHT - 1000 });
    desk.bank.orders.set(attempt.attemptNo, { kind: "paid", receipt });
    bill(DAY);
    bill(NEXT);
    await desk.run(DAY);
    nextMorning();
    await desk.run(NEXT);
    expect(await shown(NEXT)).toEqual(["missing_there bill_wrong open -1000"]);
    bill(DAY, line);
    await desk.run(DAY, "zhang");
    expect(await shown()).toEqual(["day_boundary bill_wrong resolved -1000"]);
    expect(await shown(NEXT)).toEqual(["missing_there bill_wrong resolved -1000"]);
    const first = await desk.everything();
    await desk.run(NEXT);
    await desk.run(DAY);
    expect(await desk.everything()).toEqual(first);
    bill(DAY);
    await desk.run(DAY, "zhang");
    expect(await shown()).toEqual(["day_boundary bill_wrong resolved -1000", "missing_there bill_wrong open -1000"]);
  });

  test("do not carry over what a newer bill of its own day has, and do when a newer one lacks it again", async () => {
    const desk = await open();
    const { line } = await desk.order({}, { paidAt: MIDNIGHT - 1000 });
    bill(NEXT);
    for (const lines of [[], [line], []]) {
      bill(DAY, ...lines);
      await desk.run(DAY, "zhang");
      const isThere = lines.length > 0;
      expect(await shown()).toEqual([`day_boundary ${isThere ? "bill_wrong resolved" : "near_midnight open"} -1000`]);
      expect((await desk.differences())[0]?.proposedFix).toBe(isThere ? "none" : "wait_for_next_day");
    }
    bill(DAY, line);
    await desk.run(DAY, "zhang");
    nextMorning();
    await desk.run(NEXT);
    expect(await shown(NEXT)).toEqual([]);
  });

  test("do not leave money of the account's first moments to a day on which it was not open", async () => {
    const desk = await open();
    await desk.order({}, { paidAt: boundsOfDay(DAY).fromMs + 1000 });
    bill(DAY);
    await desk.run();
    expect(await shown()).toEqual(["missing_there books_wrong open -1000"]);
  });
});
