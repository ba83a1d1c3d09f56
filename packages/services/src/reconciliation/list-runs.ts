import { type BillFile, PayhubError, type ReconciliationRun, type RunState } from "@payhub/domain";
import { findRunByNumber, listBillFiles, listRuns as readPage } from "@payhub/store";
import type { ServiceContext } from "../context.ts";
import { dayCursor, readDayCursor } from "./day-cursor.ts";

/** Lists runs with how far they are, the newest day first. */
export async function listRuns(
  ctx: ServiceContext,
  {
    cursor,
    ...page
  }: {
    fromDay?: string | undefined;
    toDay?: string | undefined;
    accountNo?: string | undefined;
    runState?: RunState | undefined;
    cursor?: string | undefined;
    limit: number;
  },
): Promise<{ items: ReconciliationRun[]; nextCursor: string | null }> {
  const after = cursor === undefined ? undefined : readDayCursor(cursor);
  const items = await readPage(ctx.store.db, { ...page, after });
  const last = items.length === page.limit ? items.at(-1) : undefined;
  return { items, nextCursor: last ? dayCursor(last) : null };
}

/** Reads a run with every bill that was kept for its day. */
export async function getRun(
  ctx: ServiceContext,
  runNo: string,
): Promise<{ run: ReconciliationRun; billFiles: BillFile[] }> {
  const run = await findRunByNumber(ctx.store.db, runNo);
  if (!run) throw new PayhubError("NOT_FOUND", `there is no run ${runNo}`);
  return { run, billFiles: await listBillFiles(ctx.store.db, run) };
}
