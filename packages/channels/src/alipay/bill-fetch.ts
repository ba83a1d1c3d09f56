import type { BillOutcome, BillRequest } from "../channel.ts";
import { askForBill } from "./bill-address.ts";
import { problemOfBill } from "./bill-check.ts";
import { downloadBill } from "./bill-download.ts";
import type { AccountLine } from "./transport.ts";

/** Fetches a day's bill to a new file, at once, because its address lives 30 seconds, and checks the archive. */
export async function fetchBill(
  line: AccountLine & { endpoint: string },
  { billKind, businessDay, path }: BillRequest,
): Promise<BillOutcome> {
  const address = await askForBill(line, { billKind, businessDay });
  if (address.kind !== "address") return address;
  const outcome = await downloadBill(address.url, { path, endpoint: line.endpoint });
  if (outcome.kind !== "fetched") return outcome;
  const reason = await problemOfBill(path, { billKind, businessDay, sellerId: line.sellerId });
  return reason === undefined ? outcome : { kind: "refused", reason };
}
