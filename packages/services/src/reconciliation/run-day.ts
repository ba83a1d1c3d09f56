import { addDays, type ReconciliationRun } from "@payhub/domain";
import { findRun, pageOpenAsks, updateRun } from "@payhub/store";
import { failureText } from "../failure.ts";
import { endBelated } from "./belated.ts";
import { carryOver, endDecided } from "./carry.ts";
import { isAfterNoon, nextTryAt } from "./due-times.ts";
import { explainDifferences } from "./explain.ts";
import { addFinding, type FoundDifferences, TooManyDifferences } from "./found.ts";
import { type MatchState, matchParts } from "./match.ts";
import { type Bills, mustWait, obtainBills, type Waits } from "./obtain-bills.ts";
import { readBill } from "./read-bill.ts";
import { readBooks } from "./read-books.ts";
import { type FlowReading, readFundFlowBill, tradeNetOf } from "./read-fund-flow-bill.ts";
import { readTradeBill, type TradeReading } from "./read-trade-bill.ts";
import { report, sumBooksAgain } from "./report.ts";
import type { RunScope } from "./scope.ts";
import { countRepaired, endGone, storeFound } from "./store-found.ts";
import { tellOfBill } from "./tell-of-bill.ts";
import { createTotals } from "./totals.ts";
import { flowDiffers } from "./unreadable.ts";

/** How a run comes to be made. */
export interface Occasion {
  /** Bills are fetched though some are stored. */
  isAnew: boolean;
  /** The run as it was, when it had been done and only waits for what was missing then. */
  doneBefore: ReconciliationRun | undefined;
}

/** Takes one day through all stages, or notes what it has to wait for. */
export async function runDay(scope: RunScope, { isAnew, doneBefore }: Occasion): Promise<void> {
  const scratch = await scope.ctx.bills.scratch();
  const { directory } = scratch;
  try {
    await scope.meter.stage("download");
    const bills = await obtainBills(scope, { directory, isAnew });
    if (bills.kind === "waits") await wait(scope, bills);
    else if (doneBefore && bills.isFlowLate && !(await hasOpenAsks(scope))) await waitOn(scope, doneBefore);
    else await compare(scope, { bills, directory });
  } catch (error) {
    if (!(error instanceof TooManyDifferences)) throw error;
    await end(scope, { runState: "refused", failure: error.message, nextTryAt: null });
  } finally {
    await scratch.remove();
  }
}

async function compare(scope: RunScope, { bills, directory }: { bills: Bills; directory: string }): Promise<void> {
  const { meter } = scope;
  const found: FoundDifferences = new Map();
  await meter.stage("parse");
  const reading = readBill(scope, { billKind: "trade", digest: bills.trade }, (path) =>
    readTradeBill(scope, { path, directory, found }),
  );
  // The database looks for the day's records while the bill is taken apart.
  const trade = await whenBoth(reading, readBooks(scope, { directory }));
  if (trade.kind === "waits") return wait(scope, trade);
  const fundFlow = await readFundFlow(scope, { bills, found });
  if (fundFlow?.kind === "waits") return wait(scope, fundFlow);
  const flow = fundFlow?.reading;
  const lacksFlow = flow === undefined && (bills.isFlowLate || bills.fundFlow !== undefined);

  await meter.stage("match");
  const state = await matchDay(scope, { found, trade: trade.reading, directory });
  checkFlow(scope, { found, trade: trade.reading, flow, billNet: state.totals.billNet() });
  const decided = await carryOver(scope, state);
  await storeFound(scope, found);
  await endDecided(scope, decided);
  await endBelated(scope, state);

  await meter.stage("explain");
  const explained = await explainDifferences(scope);
  await meter.stage("repair");
  if (explained.repaired > 0) await sumBooksAgain(scope, state.totals);
  await countRepaired(scope, found, state.totals);
  await endGone(scope, found);

  await meter.stage("report");
  await report(scope, {
    totals: state.totals,
    flows: flow?.sums ?? [],
    bills: { tradeBill: bills.trade, fundFlowBill: flow ? (bills.fundFlow ?? null) : null },
    nextTryAt: nextTry(scope, { lacksFlow, isSilent: explained.isSilent }),
    failure: lacksFlow ? "done without the fund-flow bill, which is not there" : null,
  });
}

/** What the first gives when both are through, or what either failed with: none of them may be at work after that. */
async function whenBoth<Result>(first: Promise<Result>, second: Promise<void>): Promise<Result> {
  const [result, other] = await Promise.allSettled([first, second]);
  if (result.status === "rejected") throw result.reason;
  if (other.status === "rejected") throw other.reason;
  return result.value;
}

async function matchDay(
  scope: RunScope,
  { found, trade, directory }: { found: FoundDifferences; trade: TradeReading; directory: string },
): Promise<MatchState> {
  const state: MatchState = {
    found,
    totals: createTotals(),
    named: trade.named,
    otherDay: new Set(),
    lacking: new Set(),
    doneNeighbours: await doneNeighbours(scope),
  };
  await matchParts(scope, state, directory);
  return state;
}

/** Reads the fund-flow bill; undefined when the day goes on without it. */
async function readFundFlow(
  scope: RunScope,
  { bills, found }: { bills: Bills; found: FoundDifferences },
): Promise<{ kind: "read"; reading: FlowReading } | Waits | undefined> {
  if (bills.fundFlow === undefined) return undefined;
  const own: FoundDifferences = new Map();
  const read = await readBill(scope, { billKind: "fund_flow", digest: bills.fundFlow }, (path) =>
    readFundFlowBill(scope, { path, found: own }),
  );
  if (read.kind === "waits") return mustWait(scope) ? read : undefined;
  for (const [fingerprint, difference] of own) found.set(fingerprint, difference);
  return read;
}

function checkFlow(
  scope: RunScope,
  {
    found,
    trade,
    flow,
    billNet,
  }: { found: FoundDifferences; trade: TradeReading; flow: FlowReading | undefined; billNet: number },
): void {
  // What a line that cannot be read moved is not known.
  if (!flow?.isWhole || !trade.isWhole) return;
  const flows = tradeNetOf(flow.sums);
  if (flows !== billNet) addFinding(scope, found, flowDiffers({ trades: billNet, flows }));
}

async function doneNeighbours({ ctx, run }: RunScope): Promise<Set<string>> {
  const { accountNo, businessDay } = run;
  const days = [addDays(businessDay, -1), addDays(businessDay, 1)];
  const runs = await Promise.all(days.map((day) => findRun(ctx.store.db, { accountNo, businessDay: day })));
  return new Set(runs.flatMap((one) => (one && one.finishedAt !== null ? one.businessDay : [])));
}

async function hasOpenAsks({ ctx, run }: RunScope): Promise<boolean> {
  const { accountNo, businessDay } = run;
  const page = await pageOpenAsks(ctx.store.db, { accountNo, businessDay, afterId: 0, limit: 1 });
  return page.length > 0;
}

const SILENT_AGAIN_MS = 60 * 60_000;
const SILENT_FOR_MS = 3 * 24 * 60 * 60_000;

function nextTry(scope: RunScope, { lacksFlow, isSilent }: { lacksFlow: boolean; isSilent: boolean }): number | null {
  const nowMs = scope.ctx.clock.now();
  const forFlow = lacksFlow ? fetchAgainAt(scope) : null;
  // Whoever is silent for days is asked by hand.
  return isSilent && nowMs < scope.toMs + SILENT_FOR_MS ? nowMs + SILENT_AGAIN_MS : forFlow;
}

function fetchAgainAt({ ctx, run, connected }: RunScope): number | null {
  return nextTryAt(run.businessDay, { nowMs: ctx.clock.now(), daysBack: connected.plugin.bills.daysBack });
}

async function wait(scope: RunScope, { billKind, why, reason }: Waits): Promise<void> {
  const failure = `${billKind === "trade" ? "trade" : "fund-flow"} bill: ${reason}`;
  const runState = why === "refused" ? "refused" : "waiting";
  await end(scope, { runState, failure, nextTryAt: fetchAgainAt(scope) });
  if (why === "missing" && isAfterNoon(scope.run.businessDay, scope.ctx.clock.now())) {
    await tellOfBill(scope, "bill_missing", { billKind, reason });
  }
}

/** Leaves a day that was done as it is; its fund-flow bill is still not there. */
async function waitOn(scope: RunScope, { linesRead, compared, failure, stage }: ReconciliationRun): Promise<void> {
  await end(scope, { runState: "done", stage, linesRead, compared, failure, nextTryAt: fetchAgainAt(scope) });
}

async function end(
  { ctx, run, meter }: RunScope,
  fields: Pick<ReconciliationRun, "runState" | "failure" | "nextTryAt"> &
    Partial<Pick<ReconciliationRun, "stage" | "linesRead" | "compared">>,
): Promise<void> {
  const failure = fields.failure === null ? null : failureText(fields.failure);
  const set = { ...meter.counts, ...fields, failure, updatedAt: ctx.clock.now() };
  await updateRun(ctx.store.db, { runNo: run.runNo, from: "running", set });
}
