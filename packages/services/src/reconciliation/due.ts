import { addDays, boundsOfDay, businessDay, type ChannelAccount } from "@payhub/domain";
import { findDueRuns, findRunDays, hasBookMoney, pageAccounts, type RunKey } from "@payhub/store";
import type { ReconcileContext, RunOptions } from "./context.ts";
import { dueAt } from "./due-times.ts";
import { reconcileDueDay } from "./reconcile-day.ts";

const CATCH_UP_DAYS = 35;
const RECENT_DAYS = 3;
const RUNS_LIMIT = 500;
const ACCOUNTS_AT_ONCE = 100;
// What became due meanwhile comes in its turn at the next look.
const LOOK_FOR_MS = 5 * 60_000;

/**
 * Reconciles every day that is due: asked for, to be tried again, or missed. First what people asked for, also while the others are
 * done; then the newest {@link RECENT_DAYS} days, which people wait for; then what an outage left: each the oldest first, so that
 * midnight's money is carried in its order. Begins no further day after five minutes. Returns how many this process ran.
 */
export async function runDueReconciliations(ctx: ReconcileContext, options: RunOptions): Promise<number> {
  const { store, clock } = ctx;
  const until = clock.now() + LOOK_FOR_MS;
  const taken = new Set<string>();
  let ran = 0;

  async function take({ accountNo, businessDay }: RunKey): Promise<void> {
    options.signal?.throwIfAborted();
    try {
      if ((await reconcileDueDay(ctx, { accountNo, businessDay }, options)) !== "busy") ran++;
    } catch (error) {
      options.signal?.throwIfAborted();
      ctx.log.error({ accountNo, businessDay, err: error }, "a day could not be reconciled");
    }
  }
  async function takeRequested(): Promise<void> {
    const requested = await findDueRuns(store.db, { nowMs: clock.now(), limit: RUNS_LIMIT, runState: "requested" });
    for (const key of requested) {
      if (clock.now() >= until) return;
      taken.add(nameOf(key));
      await take(key);
    }
  }

  const again = await findDueRuns(store.db, { nowMs: clock.now(), limit: RUNS_LIMIT });
  for (const key of inTurn([...again, ...(await missedDays(ctx))], businessDay(clock.now()))) {
    if (clock.now() >= until) break;
    await takeRequested();
    if (!taken.has(nameOf(key))) await take(key);
  }
  return ran;
}

function inTurn(days: readonly RunKey[], today: string): RunKey[] {
  const recent = addDays(today, -RECENT_DAYS);
  const isLeft = ({ businessDay: day }: RunKey) => day < recent;
  const sorted = days.toSorted(byDay);
  return [...sorted.filter((key) => !isLeft(key)), ...sorted.filter(isLeft)];
}

function nameOf({ accountNo, businessDay: day }: RunKey): string {
  return `${accountNo} ${day}`;
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
  const fromDay = addDays(businessDay(nowMs), -CATCH_UP_DAYS);
  const accountNos = accounts.map(({ accountNo }) => accountNo);
  const keys = await findRunDays(store.db, { accountNos, fromDay });
  const known = new Set(keys.map(nameOf));
  const missed: RunKey[] = [];
  for (const { accountNo, createdAt, status } of accounts) {
    const firstDay = businessDay(Math.max(createdAt, boundsOfDay(fromDay).fromMs));
    const isLive = status === "active";
    // Most retired accounts have been without money for long.
    if (!isLive && !(await hasBookMoney(store.db, { accountNo, fromMs: boundsOfDay(firstDay).fromMs, toMs: nowMs }))) {
      continue;
    }
    for (let day = firstDay; dueAt(day) <= nowMs; day = addDays(day, 1)) {
      if (known.has(nameOf({ accountNo, businessDay: day }))) continue;
      if (isLive || (await hasBookMoney(store.db, { accountNo, ...boundsOfDay(day) }))) {
        missed.push({ accountNo, businessDay: day });
      }
    }
  }
  return missed;
}
