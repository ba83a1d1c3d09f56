import type { Db } from "@payhub/store";
import { type RecordCursor, type RecordPage, readPaidRecords, readRefundRecords } from "@payhub/store";
import { openParts, type PartWriter } from "./partition.ts";
import type { RunScope } from "./scope.ts";

const PAGE = 5_000;

/** Reads what the books have of the day into parts by the order's number. */
export async function readBooks(scope: RunScope, { directory }: { directory: string }): Promise<void> {
  const parts = await openParts(directory, "record");
  try {
    await readAll(scope, { parts, read: readPaidRecords });
    await readAll(scope, { parts, read: readRefundRecords });
  } finally {
    await parts.close();
  }
}

async function readAll(
  { ctx, run, fromMs, toMs, meter }: RunScope,
  { parts, read }: { parts: PartWriter; read: (db: Db, page: RecordPage) => Promise<string[]> },
): Promise<void> {
  const { accountNo } = run;
  const page = (after: RecordCursor) => read(ctx.store.db, { accountNo, toMs, after, limit: PAGE });
  let records = await page({ at: fromMs, id: 0 });
  while (records.length > 0) {
    const last = records.at(-1);
    // The database reads the next page while this one is taken apart.
    const next = last === undefined || records.length < PAGE ? undefined : page(cursorOf(last));
    // What it fails with is thrown where it is awaited.
    next?.catch(() => {});
    for (const record of records) {
      const written = parts.add(record.slice(0, record.indexOf("\t")), record);
      if (written) await written;
    }
    const told = meter.count({ compared: 0 });
    if (told) await told;
    records = (await next) ?? [];
  }
}

function cursorOf(record: string): RecordCursor {
  const [at, id] = record.split("\t").slice(-2);
  return { at: Number(at), id: Number(id) };
}
