import type { BillLine } from "@payhub/domain";
import { describeBackends } from "@payhub/testkit";
import { expect, test } from "vitest";
import { CASES } from "../../test/reconciliation/cases.ts";
import { DAY, itemOf, openDesk } from "../../test/reconciliation/desk.ts";
import { reconcileDay } from "./reconcile-day.ts";

describeBackends("a run that is stopped", (backend) => {
  test("at every step, one after the other, comes to what an undisturbed one does", async () => {
    const desk = await openDesk(backend);
    try {
      const bill: BillLine[] = [];
      const expected: unknown[] = [];
      for (const one of CASES) {
        const number = await one.prepare(desk, bill);
        expected.push(...one.expected.map((difference) => ({ number, ...difference })));
      }
      desk.bank.trade.set(
        DAY,
        bill.map((line) => itemOf(line)),
      );
      desk.bank.batch = 4;

      let stops = 0;
      for (let stopAt = 1; ; stopAt++) {
        const controller = new AbortController();
        let steps = 0;
        const step = async () => {
          if (++steps === stopAt) controller.abort(new Error("stopped"));
        };
        desk.bank.onBatch = step;
        const ctx = { ...desk.ctx, fault: step };
        const run = await reconcileDay(
          ctx,
          { accountNo: desk.account.accountNo, businessDay: DAY, requestedBy: "payhub" },
          { holder: "test", signal: controller.signal, onProgress: () => void step() },
        ).catch((error: Error) => error.message);
        if (run !== "stopped") break;
        stops++;
        expect(await desk.runOf(DAY)).toMatchObject({ runState: "running" });
      }
      expect(stops).toBeGreaterThan(20);
      expect(await desk.runOf(DAY)).toMatchObject({ runState: "done" });

      const differences = await desk.differences();
      const shown = differences.map(({ outTradeNo, differenceClass, cause, proposedFix, differenceState, delta }) => {
        return { number: outTradeNo, differenceClass, cause, proposedFix, differenceState, delta };
      });
      expect(new Set(shown)).toEqual(new Set(expected));
      expect(shown).toHaveLength(expected.length);
      const { db } = desk.ctx.store;
      const actions = await db.selectFrom("difference_action").select(["differenceNo", "actionKind"]).execute();
      const told = new Set(actions.map(({ differenceNo, actionKind }) => `${differenceNo} ${actionKind}`));
      expect(told.size).toBe(actions.length);
      const events = await db.selectFrom("event").select("eventId").execute();
      expect(events).toHaveLength(4);
    } finally {
      await desk.close();
    }
  });
});
