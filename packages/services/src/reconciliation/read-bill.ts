import { BillUnreadable } from "@payhub/channels";
import type { BillKind } from "@payhub/domain";
import { BillStoreError } from "@payhub/store";
import { refuseBill } from "./download.ts";
import type { Waits } from "./obtain-bills.ts";
import type { RunScope } from "./scope.ts";

/** Reads a stored bill with `read`, or no bill with no path; one that cannot be read or trusted is refused and says so. */
export async function readBill<Reading>(
  scope: RunScope,
  { billKind, digest }: { billKind: BillKind; digest: string | null },
  read: (path: string | undefined) => Promise<Reading>,
): Promise<{ kind: "read"; reading: Reading } | Waits> {
  if (digest === null) return { kind: "read", reading: await read(undefined) };
  try {
    const bill = await scope.ctx.bills.open(digest);
    try {
      return { kind: "read", reading: await read(bill.path) };
    } finally {
      await bill.release();
    }
  } catch (error) {
    if (!isBillsFault(error)) throw error;
    const reason = error.message;
    await refuseBill(scope, { billKind, digest, reason });
    return { kind: "waits", billKind, why: "refused", reason };
  }
}

function isBillsFault(error: unknown): error is Error {
  if (error instanceof BillUnreadable) return true;
  return error instanceof BillStoreError && (error.reason === "damaged" || error.reason === "missing");
}
