import type { BillKind } from "@payhub/domain";
import type { BillOutcome, BillRequest } from "../channel.ts";
import { callGateway, type GatewayLine } from "./transport.ts";

const METHOD = "alipay.data.dataservice.bill.downloadurl.query";

/** What Alipay calls the two kinds of bill. */
const BILL_TYPES: Readonly<Record<BillKind, string>> = { trade: "trade", fund_flow: "signcustomer" };

/** A file without lines, which some accounts get of a day without business. */
const EMPTY = "EMPTY_DATA_WITH_BILL_FILE";

/** Not made yet, or no business that day: Alipay has one answer for both, with and without a prefix. */
const ABSENT: ReadonlySet<string> = new Set(["ISP.BILL_NOT_EXIST", "BILL_NOT_EXIST", "NO_BILL_DATA"]);

const PASSING: ReadonlySet<string> = new Set(["UNKNOWN_ERROR", "SYSTEM_RATE_LIMIT", "USER_RATE_LIMIT"]);

/** Where a bill can be had for 30 seconds. */
export interface BillAddress {
  kind: "address";
  url: string;
}

/** Asks where the bill of a day is. Source: https://opendocs.alipay.com/open/3c9f1bcf_alipay.data.dataservice.bill.downloadurl.query */
export async function askForBill(
  line: GatewayLine,
  { billKind, businessDay }: Pick<BillRequest, "billKind" | "businessDay">,
): Promise<BillAddress | Exclude<BillOutcome, { kind: "fetched" }>> {
  const biz = { bill_type: BILL_TYPES[billKind], bill_date: businessDay };
  const answer = await callGateway(line, { method: METHOD, biz, knownRefusals: ABSENT });
  switch (answer.kind) {
    case "success":
      return addressOf(answer.fields);
    case "refusal":
      return refusalOf(answer);
    case "unknown":
    case "unsent":
      return answer;
  }
}

function addressOf(fields: Readonly<Record<string, unknown>>): BillAddress | Exclude<BillOutcome, { kind: "fetched" }> {
  const { bill_file_code: code, bill_download_url: url } = fields;
  if (code === EMPTY) return { kind: "none" };
  return typeof url === "string" && url !== ""
    ? { kind: "address", url }
    : { kind: "unknown", reason: `${METHOD}: an answer without an address` };
}

function refusalOf({ code, message }: { code: string; message: string }): Exclude<BillOutcome, { kind: "fetched" }> {
  const name = code.toUpperCase();
  if (ABSENT.has(name)) return { kind: "absent" };
  if (PASSING.has(name.replace(/^IS[PV]\./, ""))) return { kind: "unknown", reason: `${METHOD}: ${code} ${message}` };
  return { kind: "declined", because: "refused", code, message };
}
