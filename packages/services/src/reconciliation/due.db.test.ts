import { addDays, boundsOfDay } from "@payhub/domain";
import { type Db, setAccountStatus } from "@payhub/store";
import { describeBackends } from "@payhub/testkit";
import { afterAll, expect, test } from "vitest";
import { DAY, type Desk, itemOf, morningOf, openDesk } from "../../test/reconciliation/desk.ts";
import { codeOf, refusalOf } from "../../test/support.ts";
import { runDueReconciliations } from "./due.ts";
import { reconcileDay, reconcileDueDay } from "./reconcile-day.ts";
import { requestReconciliation } from "./request.ts";

const HOLDER = { holder: "test" };
const HOUR_MS = 3_600_000;
const FIRST = addDays(DAY, -2);

describeBackends("days that are due", (backend) => {
  let desk: Desk;
  let last: Desk | undefined;
  afterAll(() => last?.close());

  async function open(options: Parameters<typeof openDesk>[1] = {}): Promise<Desk> {
    desk = await openDesk(backend, { ...options, after: last });
    last = desk;
    // The two accounts that every platform has are not looked at here.
    const { ctx, platform } = desk;
    for (const { accountNo } of Object.values(platform.accounts)) {
      await setAccountStatus(ctx.store.db, accountNo, "retired", ctx.clock.now());
    }
    // So are those of the tests before.
    await ctx.store.db
      .updateTable("channel_account")
      .set({ status: "retired" })
      .where("accountNo", "<>", desk.account.accountNo)
      .execute();
    return desk;
  }
  const fetched = () => desk.bank.asked.filter((asked) => asked.startsWith("trade"));

  test("are caught up after an outage, the oldest first, each once, and not before half past ten", async () => {
    await open({ openedMs: morningOf(FIRST), nowMs: boundsOfDay(DAY).toMs + 10.5 * HOUR_MS - 1 });
    for (const day of [FIRST, addDays(FIRST, 1), DAY]) desk.bank.trade.set(day, []);
    expect(await runDueReconciliations(desk.ctx, HOLDER)).toBe(2);
    expect(fetched()).toEqual([`trade ${FIRST}`, `trade ${addDays(FIRST, 1)}`]);
    desk.platform.clock.advance(1);
    expect(await runDueReconciliations(desk.ctx, HOLDER)).toBe(1);
    expect(fetched().at(-1)).toBe(`trade ${DAY}`);
    expect(await runDueReconciliations(desk.ctx, HOLDER)).toBe(0);
    expect(fetched()).toHaveLength(3);
  });

  test("that wait for their bill are tried again when it is time", async () => {
    await open();
    expect(await runDueReconciliations(desk.ctx, HOLDER)).toBe(1);
    expect(await runDueReconciliations(desk.ctx, HOLDER)).toBe(0);
    desk.platform.clock.advance(10 * 60_000);
    desk.bank.trade.set(DAY, []);
    expect(await runDueReconciliations(desk.ctx, HOLDER)).toBe(1);
    expect(await desk.runOf(DAY)).toMatchObject({ runState: "done", tryCount: 2, requestedBy: "payhub" });
  });

  test("of a retired account are those on which the books have money", async () => {
    await open({ openedMs: morningOf(FIRST) });
    await desk.order({}, { paidAt: morningOf(addDays(FIRST, 1)) });
    await setAccountStatus(desk.ctx.store.db, desk.account.accountNo, "retired", desk.ctx.clock.now());
    await runDueReconciliations(desk.ctx, HOLDER);
    expect(fetched()).toEqual([`trade ${addDays(FIRST, 1)}`]);
  });

  test("do not hold each other up when one of them breaks", async () => {
    await open({ openedMs: morningOf(addDays(DAY, -1)) });
    desk.bank.trade.set(addDays(DAY, -1), [{ kind: "malformed", lineNo: 1, reason: "", text: "" }]);
    desk.bank.trade.set(DAY, []);
    desk.bank.onBatch = async () => {
      throw new Error("the disk is broken");
    };
    expect(await runDueReconciliations(desk.ctx, HOLDER)).toBe(1);
    const broken = await desk.runOf(addDays(DAY, -1));
    expect(broken).toMatchObject({ runState: "waiting", failure: "it broke off; the log says why" });
    expect(await desk.runOf(DAY)).toMatchObject({ runState: "done" });
    desk.bank.onBatch = async () => {};
    desk.platform.clock.advance(10 * 60_000);
    expect(await runDueReconciliations(desk.ctx, HOLDER)).toBe(1);
    expect(await desk.runOf(addDays(DAY, -1))).toMatchObject({ runState: "done" });
  });

  test("are taken up where a dead process left them, with the bill that it had fetched", async () => {
    await open();
    const { line } = await desk.order();
    desk.bank.trade.set(DAY, [itemOf(line)]);
    const controller = new AbortController();
    desk.bank.onBatch = async () => controller.abort(new Error("killed"));
    await expect(runDueReconciliations(desk.ctx, { ...HOLDER, signal: controller.signal })).rejects.toThrow("killed");
    desk.bank.onBatch = async () => {};
    expect(await runDueReconciliations(desk.ctx, HOLDER)).toBe(1);
    expect(await desk.runOf(DAY)).toMatchObject({ runState: "done" });
    expect(fetched()).toHaveLength(1);
  });

  test("are one process's at a time", async () => {
    await open();
    const { line } = await desk.order();
    desk.bank.trade.set(DAY, [itemOf(line)]);
    const { accountNo } = desk.account;
    const request = { accountNo, businessDay: DAY, requestedBy: "payhub" };
    const there = { ...desk.ctx, store: await backend.openStore() };
    let beside: unknown;
    desk.bank.onBatch = async () => {
      beside ??= await reconcileDay(there, request, HOLDER);
    };
    const runs = await Promise.all([reconcileDay(desk.ctx, request, HOLDER), runDueReconciliations(there, HOLDER)]);
    expect(beside).toBe("busy");
    expect(runs[0] === "busy" ? runs[1] : runs[0]).not.toBe("busy");
    expect(await desk.runOf(DAY)).toMatchObject({ runState: "done" });
    expect(fetched()).toHaveLength(1);
  });

  test("are left alone when another process has done them meanwhile", async () => {
    await open();
    desk.bank.trade.set(DAY, []);
    await desk.run();
    const day = { accountNo: desk.account.accountNo, businessDay: DAY };
    expect(await reconcileDueDay(desk.ctx, day, HOLDER)).toMatchObject({ runState: "done", tryCount: 1 });
    expect(await desk.runOf(DAY)).toMatchObject({ tryCount: 1 });
  });

  test("stop being a process's own when another took them over", async () => {
    await open();
    desk.bank.trade.set(DAY, []);
    const { accountNo } = desk.account;
    const { db } = desk.ctx.store;
    const request = { accountNo, businessDay: DAY, requestedBy: "payhub" };
    await desk.run();
    const job = `reconcile:${accountNo}:${DAY}`;
    const lease = await db.selectFrom("job_lease").selectAll().where("job", "=", job).executeTakeFirstOrThrow();
    expect(lease.leasedUntil).toBe(0);
    await db
      .updateTable("job_lease")
      .set({ leasedUntil: desk.ctx.clock.now() + 1 })
      .where("job", "=", job)
      .execute();
    expect(await reconcileDay(desk.ctx, request, HOLDER)).toBe("busy");
    desk.platform.clock.advance(1);
    expect(await reconcileDay(desk.ctx, request, HOLDER)).toMatchObject({ runState: "done" });
  });

  test("are asked for by hand, also while they run, and then fetched anew", async () => {
    await open();
    const { accountNo } = desk.account;
    desk.bank.trade.set(DAY, [itemOf((await desk.order()).line)]);
    const request = { accountNo, businessDay: DAY, requestedBy: "zhang" };
    expect(await requestReconciliation(desk.ctx, request)).toMatchObject({ runState: "requested", tryCount: 0 });
    let isAsked = false;
    desk.bank.onBatch = async () => {
      if (!isAsked) await requestReconciliation(desk.ctx, { ...request, requestedBy: "li" });
      isAsked = true;
    };
    expect(await runDueReconciliations(desk.ctx, HOLDER)).toBe(1);
    expect(await desk.runOf(DAY)).toMatchObject({ runState: "requested", requestedBy: "li" });
    expect(await runDueReconciliations(desk.ctx, HOLDER)).toBe(1);
    expect(await desk.runOf(DAY)).toMatchObject({ runState: "done", requestedBy: "li" });
    expect(fetched()).toHaveLength(2);
  });

  test("use the stored bill when it is asked for by hand and the channel has it no more", async () => {
    await open();
    desk.bank.trade.set(DAY, [itemOf((await desk.order()).line)]);
    const { tradeBill } = await desk.run();
    for (const kind of ["absent", "not_ready", "none"] as const) {
      desk.bank.trade.set(DAY, { kind });
      desk.bank.fundFlow.set(DAY, { kind });
      expect(await desk.run(DAY, "zhang")).toMatchObject({ runState: "done", tradeBill });
    }
    expect(await desk.differences()).toEqual([]);
    desk.platform.clock.advance(100 * 24 * HOUR_MS);
    expect(await desk.run(DAY, "zhang")).toMatchObject({ runState: "done", tradeBill });
  });

  test("are refused when nobody could reconcile them", async () => {
    await open();
    const { accountNo } = desk.account;
    const ask = (changes: { accountNo?: string; businessDay?: string }) =>
      requestReconciliation(desk.ctx, { accountNo, businessDay: DAY, requestedBy: "zhang", ...changes });
    expect(await codeOf(ask({ accountNo: "A0" }))).toBe("NOT_FOUND");
    for (const businessDay of ["2026-02-30", "yesterday", addDays(DAY, 1), addDays(DAY, -60)]) {
      expect(await refusalOf(ask({ businessDay }))).toMatchObject({
        code: "INVALID_INPUT",
        details: { issues: [{ path: "businessDay" }] },
      });
    }
    expect(
      await codeOf(reconcileDay(desk.ctx, { accountNo, businessDay: addDays(DAY, 1), requestedBy: "z" }, HOLDER)),
    ).toBe("INVALID_INPUT");
    expect(await desk.runOf(addDays(DAY, 1))).toBeUndefined();
  });

  test("after a long outage are the newest three first, and what is asked for meanwhile before the next", async () => {
    await open({ openedMs: morningOf(addDays(DAY, -5)) });
    const days = [-5, -4, -3, -2, -1, 0].map((days) => addDays(DAY, days));
    for (const day of days) desk.bank.trade.set(day, []);
    const request = { accountNo: desk.account.accountNo, businessDay: addDays(DAY, -4), requestedBy: "zhang" };
    desk.bank.trade.set(addDays(DAY, -1), [{ kind: "malformed", lineNo: 1, reason: "", text: "" }]);
    desk.bank.onBatch = async () => void (await requestReconciliation(desk.ctx, request));
    expect(await runDueReconciliations(desk.ctx, HOLDER)).toBe(6);
    expect(fetched()).toEqual([-2, -1, -4, 0, -5, -3].map((days) => `trade ${addDays(DAY, days)}`));
  });

  test("are left to the next look after five minutes, which looks at all anew", async () => {
    await open({ openedMs: morningOf(addDays(DAY, -3)) });
    const trade = [{ kind: "malformed", lineNo: 1, reason: "", text: "" }] as const;
    for (const days of [-3, -2, -1, 0]) desk.bank.trade.set(addDays(DAY, days), trade);
    desk.bank.onBatch = async () => void desk.platform.clock.advance(3 * 60_000);
    expect(await runDueReconciliations(desk.ctx, HOLDER)).toBe(2);
    expect(fetched()).toEqual([-2, -1].map((days) => `trade ${addDays(DAY, days)}`));
    expect(await runDueReconciliations(desk.ctx, HOLDER)).toBe(2);
    expect(fetched().slice(2)).toEqual([0, -3].map((days) => `trade ${addDays(DAY, days)}`));
  });

  test("of an account whose credentials cannot be opened are tried again later, not at every look", async () => {
    await open();
    const ctx = { ...desk.ctx, connections: { of: () => Promise.reject(new Error("sealed with another key")) } };
    expect(await runDueReconciliations(ctx, HOLDER)).toBe(0);
    expect(await desk.runOf(DAY)).toMatchObject({
      runState: "waiting",
      tryCount: 1,
      nextTryAt: desk.ctx.clock.now() + 10 * 60_000,
    });
  });

  test("are fetched anew when they were asked for the moment before they began", async () => {
    await open();
    desk.bank.trade.set(DAY, []);
    await desk.run();
    const day = { accountNo: desk.account.accountNo, businessDay: DAY };
    await desk.ctx.store.db
      .updateTable("reconciliation_run")
      .set({ nextTryAt: desk.ctx.clock.now() })
      .where("accountNo", "=", day.accountNo)
      .execute();
    let isAsked = false;
    const askOnce: Parameters<Db["withPlugin"]>[0] = {
      transformQuery: ({ node }) => node,
      async transformResult({ result }) {
        if (!isAsked && result.rows.some((row) => "tryCount" in row)) {
          isAsked = true;
          await requestReconciliation(desk.ctx, { ...day, requestedBy: "zhang" });
        }
        return result;
      },
    };
    const { store } = desk.ctx;
    const ctx = { ...desk.ctx, store: { ...store, db: store.db.withPlugin(askOnce) } };
    expect(await reconcileDueDay(ctx, day, HOLDER)).toMatchObject({
      runState: "done",
      requestedBy: "zhang",
      tryCount: 2,
    });
    expect(fetched()).toHaveLength(2);
  });
});
