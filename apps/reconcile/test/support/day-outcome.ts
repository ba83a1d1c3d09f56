import { exportTable, getStatement, type ServiceContext } from "@payhub/services";

const OWN = new Set(["id", "createdAt", "updatedAt", "finishedAt", "endedAt", "occurredAt", "tryCount", "compared"]);
const NUMBERS = new Set(["runNo", "differenceNo", "eventId", "heldReceiptNo", "position", "data"]);

/** Everything in the books and about the one day that was reconciled, without what is each run's own: times, new numbers, how much it did. */
export async function outcomeOf(ctx: ServiceContext, businessDay: string) {
  const { db } = ctx.store;
  const viewer = { appId: "console", role: "console" } as const;
  const period = { fromDay: businessDay, toDay: businessDay };
  const differences = await db.selectFrom("difference").selectAll().orderBy("id").execute();
  const names = new Map(differences.map(({ differenceNo, fingerprint }) => [differenceNo, fingerprint]));
  const actions = await db.selectFrom("difference_action").selectAll().orderBy("id").execute();
  const exported = async (of: "statement" | "differences") => {
    const { bytes } = await exportTable(ctx, viewer, { of, ...period, format: "csv", language: "en" });
    let text = bytes.toString();
    for (const [differenceNo, fingerprint] of names) text = text.replace(differenceNo, fingerprint);
    return text;
  };
  const books = {
    events: await db.selectFrom("event").selectAll().orderBy("paymentNo").orderBy("sequence").execute(),
    heldReceipts: await db.selectFrom("held_receipt").selectAll().orderBy("channelTradeNo").execute(),
    refunds: await db.selectFrom("refund").selectAll().orderBy("refundNo").execute(),
    payments: await db.selectFrom("payment").selectAll().orderBy("paymentNo").execute(),
    attempts: await db.selectFrom("attempt").selectAll().orderBy("attemptNo").execute(),
  };
  const day = {
    runs: await db.selectFrom("reconciliation_run").selectAll().execute(),
    billFiles: await db.selectFrom("bill_file").selectAll().orderBy("id").execute(),
    dayTotals: await db.selectFrom("day_total").selectAll().orderBy("appId").execute(),
    fundFlowTotals: await db.selectFrom("fund_flow_total").selectAll().orderBy("flowKind").execute(),
    differences,
  };
  return {
    ...mapped(books),
    ...mapped(day),
    actions: actions
      .map(({ differenceNo, actor, actionKind, note }) => `${names.get(differenceNo)} ${actor} ${actionKind} ${note}`)
      .toSorted(),
    statement: await getStatement(ctx, viewer, { ...period, by: "app" }),
    statementFile: await exported("statement"),
    differencesFile: await exported("differences"),
  };
}

function mapped<Tables extends Record<string, readonly object[]>>(tables: Tables) {
  const entries = Object.entries(tables).map(([name, rows]) => [name, rows.map(withoutOwn)] as const);
  return Object.fromEntries(entries) as { [Name in keyof Tables]: Record<string, unknown>[] };
}

function withoutOwn(row: object): Record<string, unknown> {
  return Object.fromEntries(Object.entries(row).filter(([name]) => !OWN.has(name) && !NUMBERS.has(name)));
}
