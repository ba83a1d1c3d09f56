import { addDays, boundsOfDay, businessDay, type ChannelAccount } from "@payhub/domain";
import { findDueRuns, findRunDays, hasBookMoney, pageAccounts, type RunKey } from "@payhub/store";
import type { ReconcileContext, RunOptions } from "./context.ts";
import { dueAt } from "./due-times.ts";
import { reconcileDueDay } from "./reconcile-day.ts";

const CATCH_UP_DAYS = 35;
const RUNS_LIMIT = 500;
const ACCOUNTS_AT_ONCE = 100;

/** Reconciles every day that is due: asked for, to be tried again, or missed, the oldest first. Returns how many this process ran. */
export async function runDueReconciliations(ctx: ReconcileContext, options: RunOptions): Promise<number> {
  const due: RunKey[] = await findDueRuns(ctx.store.db, ctx.clock.now(), RUNS_LIMIT);
  const days = [...due, ...(await missedDays(ctx))].toSorted(byDay);
  let ran = 0;
  for (const { accountNo, businessDay } of days) {
    options.signal?.throwIfAborted();
    try {
      if ((await reconcileDueDay(ctx, { accountNo, businessDay }, options)) !== "busy") ran++;
    } catch (error) {
      options.signal?.throwIfAborted();
      ctx.log.error({ accountNo, businessDay, err: error }, "a day could not be reconciled");
    }
  }
  return ran;
}

function byDay(one: RunKey, other: RunKey): number {
  if (one.businessDay !== other.businessDay) return one.businessDay < other.businessDay ? -1 : 1;
  return one.accountNo < other.accountNo ? -1 : 1;
}

/** The days without a run that have been due since their accounts were opened. */
async function missedDays(ctx: ReconcileContext): Promise<RunKey[]> {
  const missed: RunKey[] = [];
  for (let afterAccountNo = ""; ; ) {
    const accounts = await pageAccounts(ctx.store.db, { afterAccountNo, limit: ACCOUNTS_AT_ONCE });
    for (const key of await missedBy(ctx, accounts)) missed.push(key);
    afterAccountNo = accounts.at(-1)?.accountNo ?? "";
    if (accounts.length < ACCOUNTS_AT_ONCE) return missed;
  }
}

async function missedBy({ store, clock }: ReconcileContext, accounts: readonly ChannelAccount[]): Promise<RunKey[]> {
  const nowMs = clock.now();
  const today = businessDay(nowMs);
  const fromDay = addDays(today, -CATCH_UP_DAYS);
  const accountNos = accounts.map(({ accountNo }) => accountNo);
  const keys = await findRunDays(store.db, { accountNos, fromDay });
  const known = new Set(keys.map((key) => `${key.accountNo} ${key.businessDay}`));
  const missed: RunKey[] = [];
  for (const { accountNo, createdAt, status } of accounts) {
    const firstDay = businessDay(Math.max(createdAt, boundsOfDay(fromDay).fromMs));
    for (let day = firstDay; dueAt(day) <= nowMs; day = addDays(day, 1)) {
      if (known.has(`${accountNo} ${day}`)) continue;
      if (status === "retired" && !(await hasBookMoney(store.db, { accountNo, ...boundsOfDay(day) }))) continue;
      missed.push({ accountNo, businessDay: day });
    }
  }
  return missed;
}
