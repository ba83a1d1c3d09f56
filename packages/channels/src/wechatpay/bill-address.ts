import { z } from "zod";
import type { BillOutcome, BillRequest } from "../channel.ts";
import { FIRST_HOST, type WechatpayCredentials } from "./credentials.ts";
import type { Line } from "./line.ts";
import { parseJson } from "./parse-json.ts";
import { subMerchantWords } from "./refund-answer.ts";
import { declinedOf } from "./status.ts";
import { call } from "./transport.ts";

const DOWNLOADS = "/v3/billdownload/";

const answerSchema = z.object({
  hash_type: z.literal("SHA1"),
  hash_value: z.string().regex(/^[0-9a-f]{40}$/i),
  download_url: z.string().min(1).max(2048),
});

/** Where a bill can be had for some minutes, and the SHA-1 of its contents in hex. */
export interface BillAddress {
  kind: "address";
  /** On the account's own endpoint, with its query. */
  path: string;
  sha1: string;
}

/**
 * Asks where the trade bill (https://pay.weixin.qq.com/doc/v3/merchant/4012791907) or the fund-flow bill
 * (https://pay.weixin.qq.com/doc/v3/merchant/4012791908) of a day is.
 */
export async function askForBill(
  line: Line,
  { billKind, businessDay }: BillRequest,
): Promise<BillAddress | Exclude<BillOutcome, { kind: "fetched" }>> {
  const words = { bill_date: businessDay, ...KINDS[billKind].words, tar_type: "GZIP" };
  const query = new URLSearchParams({ ...words, ...subMerchantWords(line.credentials) });
  const result = await call(line, { method: "GET", path: `${KINDS[billKind].path}?${query}`, body: "" });
  if (result.kind === "refused") return refusalOf(result);
  if (result.kind !== "done") return result;
  const answer = parseJson(answerSchema, result.body);
  if (!answer) return { kind: "unknown", reason: "the signed answer holds no address and hash of a bill" };
  const path = ownPath(answer.download_url, line.credentials);
  if (path === undefined)
    return { kind: "unknown", reason: "the signed answer names an address that is not the account's" };
  return { kind: "address", path, sha1: answer.hash_value.toLowerCase() };
}

const KINDS = {
  trade: { path: "/v3/bill/tradebill", words: { bill_type: "ALL" } },
  fund_flow: { path: "/v3/bill/fundflowbill", words: { account_type: "BASIC" } },
} as const;

function refusalOf(refused: { code: string; message: string }): Exclude<BillOutcome, { kind: "fetched" }> {
  switch (refused.code) {
    case "NO_STATEMENT_EXIST":
      return { kind: "none" };
    case "STATEMENT_CREATING":
      return { kind: "not_ready" };
    default:
      return declinedOf(refused);
  }
}

/** The signed request goes nowhere but to the account's own endpoint, whatever host was named, and there to downloads alone. */
function ownPath(address: string, { endpoint }: WechatpayCredentials): string | undefined {
  if (!URL.canParse(address)) return undefined;
  const { origin, pathname, search } = new URL(address);
  const isOwn = origin === endpoint || origin === FIRST_HOST;
  return isOwn && pathname.startsWith(DOWNLOADS) ? `${pathname}${search}` : undefined;
}
