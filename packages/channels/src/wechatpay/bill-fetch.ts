import { BILL_KINDS, type BillKind } from "@payhub/domain";
import type { BillOutcome, BillRequest } from "../channel.ts";
import { askForBill } from "./bill-address.ts";
import { downloadBill } from "./bill-download.ts";
import { BILL_LIMITS } from "./bill-limits.ts";
import type { WechatpayCredentials } from "./credentials.ts";
import type { Line } from "./line.ts";

const MAX_ADDRESSES = 2;
const NOT_OFFERED: BillOutcome = {
  kind: "declined",
  because: "refused",
  code: "NOT_OFFERED",
  message: "a service provider cannot have the fund flow of its sub-merchant",
};

/** A service provider gets its own fund flow, never a sub-merchant's: https://pay.weixin.qq.com/doc/v3/partner/4012760535 */
export function billKindsOf({ subMchid }: Pick<WechatpayCredentials, "subMchid">): readonly BillKind[] {
  return subMchid === undefined ? BILL_KINDS : ["trade"];
}

/** Fetches a day's bill to a new file and checks it; an address that died on the way is asked for once more. */
export async function fetchBill(line: Line, request: BillRequest, limits = BILL_LIMITS): Promise<BillOutcome> {
  if (!billKindsOf(line.credentials).includes(request.billKind)) return NOT_OFFERED;
  const signal = AbortSignal.timeout(limits.deadlineMs);
  for (let asked = 0; asked < MAX_ADDRESSES; asked += 1) {
    const address = await askForBill(line, request);
    if (address.kind !== "address") return address;
    const outcome = await downloadBill(line, { address, path: request.path, limits, signal });
    if (outcome.kind !== "expired") return outcome;
  }
  return { kind: "unknown", reason: "the address of the bill expired at once, twice" };
}
