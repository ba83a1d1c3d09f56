import { createHash, randomBytes } from "node:crypto";
import type { BillKind } from "../core/bills.ts";
import type { Book } from "../core/book.ts";

/** What Alipay calls the two kinds of bills. */
export type BillType = "trade" | "signcustomer";

/** Which bill a link leads to; `account` is the seller's of 20 digits, `businessDay` as `2026-11-20`. */
export type LinkedBill = { billType: BillType; account: string; businessDay: string };

/** Where bills are downloaded. */
export const billPath = "/downloadBillFile.resource";

const lifeSeconds = 30;

/** What signs the links of these books, the same after a restart. */
export function openBillSecret(book: Book): string {
  const secrets = book.collection<string>("alipay.bill-secret");
  const secret = secrets.get("secret") ?? randomBytes(16).toString("hex");
  secrets.put("secret", secret);
  return secret;
}

/** Our name of a type of bill. */
export function billKindOf(billType: BillType): BillKind {
  return billType === "trade" ? "trade" : "fund_flow";
}

/**
 * A link to a bill, good for 30 seconds from `now`, in epoch ms.
 * Source: https://opendocs.alipay.com/open/3c9f1bcf_alipay.data.dataservice.bill.downloadurl.query
 */
export function billLink(
  { billType, account, businessDay }: LinkedBill,
  { origin, secret, now }: { origin: string; secret: string; now: number },
): string {
  const date = businessDay.replaceAll("-", "");
  const params = new URLSearchParams({
    bizType: billType,
    userId: account,
    fileType: "csv.zip",
    bizDates: date,
    downloadFileName: `${account}_${date}.csv.zip`,
    fileId: `/${billType}/${account}/${date}.csv.zip`,
    timestamp: String(Math.floor(now / 1000)),
  });
  return `${origin}${billPath}?${params}&token=${tokenOf(params, secret)}`;
}

/** The bill of a link that is genuine and not older than 30 seconds, else why not. */
export function readBillLink(
  query: string,
  { secret, now }: { secret: string; now: number },
): LinkedBill | "forged" | "expired" {
  const params = new URLSearchParams(query);
  const token = params.get("token");
  params.delete("token");
  if (token !== tokenOf(params, secret)) return "forged";
  if (Math.floor(now / 1000) - Number(params.get("timestamp")) > lifeSeconds) return "expired";
  return {
    billType: params.get("bizType") === "trade" ? "trade" : "signcustomer",
    account: params.get("userId") ?? "",
    businessDay: (params.get("bizDates") ?? "").replace(/^(\d{4})(\d\d)(\d\d)$/, "$1-$2-$3"),
  };
}

function tokenOf(params: URLSearchParams, secret: string): string {
  return createHash("md5").update(`${params}${secret}`).digest("hex");
}
