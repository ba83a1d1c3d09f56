import type { BillLine } from "@payhub/domain";
import { findAttempt, findRefund } from "@payhub/store";
import { describeBackends } from "@payhub/testkit";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { CASES, type Case } from "../../test/reconciliation/cases.ts";
import { DAY, type Desk, itemOf, openDesk } from "../../test/reconciliation/desk.ts";
import { listEvents } from "../event/list.ts";

describeBackends("a day with one of each", (backend) => {
  let desk: Desk;
  const numbers = new Map<Case, string>();
  let first: unknown;
  let asked: string[];

  beforeAll(async () => {
    desk = await openDesk(backend);
    const bill: BillLine[] = [];
    for (const one of CASES) numbers.set(one, await one.prepare(desk, bill));
    desk.bank.trade.set(
      DAY,
      bill.map((line, index) => itemOf(line, { lineNo: index + 1 })),
    );
    expect(await desk.run()).toMatchObject({ runState: "done" });
    first = await desk.everything();
    asked = desk.bank.asked.splice(0);
  });
  afterAll(() => desk.close());

  describe.each(CASES)("has $name", (one) => {
    test("and says so, and no more", async () => {
      const number = numbers.get(one);
      const own = (await desk.differences()).filter(({ outTradeNo }) => outTradeNo === number);
      const shown = own.map(({ differenceClass, cause, proposedFix, differenceState, delta }) => {
        return { differenceClass, cause, proposedFix, differenceState, delta };
      });
      expect(shown).toEqual(one.expected);
    });
  });

  test("has nothing else, and asks about nobody else's orders", async () => {
    const expected = CASES.flatMap((one) => one.expected);
    expect(await desk.differences()).toHaveLength(expected.length);
    expect(asked.filter((number) => number.startsWith("SHOP"))).toEqual([]);
  });

  test("has what was proven in the books, with its event", async () => {
    const repaired = (await desk.differences()).filter(({ differenceState }) => differenceState === "repaired");
    expect(repaired).toHaveLength(REPAIRS);
    const { events } = await listEvents(desk.ctx, desk.platform.caller, { after: 0, limit: 500 });
    expect(events.map(({ type }) => type).toSorted()).toEqual(EVENTS);
    for (const { cause, outTradeNo, outRefundNo } of repaired) {
      if (cause === "never_heard") {
        expect(await findAttempt(desk.ctx.store.db, outTradeNo ?? "")).toMatchObject({ state: "succeeded" });
      }
      if (cause === "refund_not_heard") {
        const refund = await findRefund(desk.ctx.store.db, { refundNo: outRefundNo ?? "" });
        expect(refund?.status).not.toBe("created");
      }
    }
  });

  test("is the same when it is done again, with nothing repaired twice", async () => {
    const before = await desk.ctx.store.db.selectFrom("event").select("eventId").execute();
    expect(await desk.run(DAY, "somebody")).toMatchObject({ runState: "done" });
    expect(await desk.everything()).toEqual(first);
    expect(await desk.ctx.store.db.selectFrom("event").select("eventId").execute()).toEqual(before);
    const silent = (await desk.differences()).filter(({ proposedFix }) => proposedFix === "ask_again");
    expect(desk.bank.asked).toEqual([
      `trade ${DAY}`,
      `fund_flow ${DAY}`,
      ...silent.map(({ outTradeNo }) => outTradeNo),
    ]);
  });
});

const REPAIRS = CASES.flatMap((one) =>
  one.expected.filter(({ differenceState }) => differenceState === "repaired"),
).length;
/** Two payments that were heard of at last, and two refunds. */
const EVENTS = ["payment.succeeded", "payment.succeeded", "refund.closed", "refund.succeeded"];
