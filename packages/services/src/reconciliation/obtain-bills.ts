import type { BillKind } from "@payhub/domain";
import { type Obtained, obtainBill } from "./download.ts";
import { isAfterNoon } from "./due-times.ts";
import type { RunScope } from "./scope.ts";
import { tellOfBill } from "./tell-of-bill.ts";

/** Why a day cannot be reconciled yet. */
export interface Waits {
  kind: "waits";
  billKind: BillKind;
  why: "missing" | "refused";
  reason: string;
}

/** The stored bill to read; null when there was no business, undefined when the day goes on without it. */
export interface Bills {
  kind: "bills";
  trade: string | null;
  fundFlow: string | null | undefined;
  /** Whether the fund-flow bill is to come; an account whose balance its channel shows to somebody else never gets one. */
  isFlowLate: boolean;
}

/** Gets both bills of a day. The trade bill is waited for; the fund-flow bill until noon of the day after, no longer. */
export async function obtainBills(
  scope: RunScope,
  { directory, isAnew }: { directory: string; isAnew: boolean },
): Promise<Bills | Waits> {
  const wanted = { directory, isAnew };
  const trade = await obtainBill(scope, { ...wanted, billKind: "trade", mayBeEmpty: async () => true });
  if (isLacking(trade)) return waits("trade", trade);
  const { billKinds } = scope.connected.connection;
  if (billKinds?.includes("fund_flow") === false) return bills(trade, { fundFlow: undefined, isFlowLate: false });
  const mayBeEmpty = () => hasNoLines(scope, trade);
  const fundFlow = await obtainBill(scope, { ...wanted, billKind: "fund_flow", mayBeEmpty });
  if (!isLacking(fundFlow)) return bills(trade, { fundFlow: digestOf(fundFlow), isFlowLate: false });
  if (mustWait(scope)) return waits("fund_flow", fundFlow);
  if (fundFlow.kind === "missing") {
    await tellOfBill(scope, "bill_missing", { billKind: "fund_flow", reason: fundFlow.reason });
  }
  return bills(trade, { fundFlow: undefined, isFlowLate: true });
}

function bills(trade: Had, flow: Pick<Bills, "fundFlow" | "isFlowLate">): Bills {
  return { kind: "bills", trade: digestOf(trade), ...flow };
}

/** Whether a fund-flow bill that cannot be used holds up the day. */
export function mustWait({ ctx, run }: RunScope): boolean {
  return !isAfterNoon(run.businessDay, ctx.clock.now());
}

type Lacking = Extract<Obtained, { reason: string }>;
type Had = Exclude<Obtained, Lacking>;

function isLacking(obtained: Obtained): obtained is Lacking {
  return obtained.kind === "missing" || obtained.kind === "refused";
}

function waits(billKind: BillKind, { kind, reason }: Lacking): Waits {
  return { kind: "waits", billKind, why: kind, reason };
}

function digestOf(had: Had): string | null {
  return had.kind === "file" ? had.digest : null;
}

async function hasNoLines({ ctx, connected }: RunScope, trade: Had): Promise<boolean> {
  if (trade.kind === "none") return true;
  const { path, release } = await ctx.bills.open(trade.digest);
  try {
    for await (const items of connected.connection.readTradeBill(path)) if (items.length > 0) return false;
    return true;
  } finally {
    await release();
  }
}
