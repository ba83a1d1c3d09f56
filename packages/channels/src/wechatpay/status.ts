import type { Declined } from "../channel.ts";

/** What WeChat Pay's error codes say about an order, in both spellings (https://pay.weixin.qq.com/doc/v3/merchant/4012081717). */
const BECAUSE: ReadonlyMap<string, Declined["because"]> = new Map([
  ["ORDERPAID", "already_paid"],
  ["ORDER_PAID", "already_paid"],
  ["ORDER_CLOSED", "already_closed"],
  ["ORDERCLOSED", "already_closed"],
  ["OUT_TRADE_NO_USED", "number_used"],
]);

/** Codes under which the order may or may not have been touched, whatever the HTTP status. */
const UNKNOWN_CODES: ReadonlySet<string> = new Set([
  "SYSTEM_ERROR",
  "SYSTEMERROR",
  "BANK_ERROR",
  "BANKERROR",
  "SERVICE_UNAVAILABLE",
  "FREQUENCY_LIMITED",
  "RATELIMIT_EXCEEDED",
  "USERPAYING",
  "USER_PAYING",
]);

const ABSENT_CODES: ReadonlySet<string> = new Set(["ORDER_NOT_EXIST", "ORDERNOTEXIST"]);

/** Whether an error code leaves open what happened. */
export function isUnknownCode(code: string): boolean {
  return UNKNOWN_CODES.has(code);
}

/** Whether an error code says that the channel has no such order. */
export function isAbsentCode(code: string): boolean {
  return ABSENT_CODES.has(code);
}

/** A refusal in our words. A repeat with other parameters has no code of its own: it is an `INVALID_REQUEST` that says 请求重入. */
export function declinedOf({ code, message }: { code: string; message: string }): Declined {
  const because =
    code === "INVALID_REQUEST" && message.includes("请求重入") ? "number_used" : (BECAUSE.get(code) ?? "refused");
  return { kind: "declined", because, code, message };
}

/** What a `trade_state` means (https://pay.weixin.qq.com/doc/v3/merchant/4012791880): a refunded order was paid, an unpaid one never failed. */
export const TRADE_STATES: ReadonlyMap<string, "paid" | "unpaid" | "closed" | "failed"> = new Map([
  ["SUCCESS", "paid"],
  ["REFUND", "paid"],
  ["NOTPAY", "unpaid"],
  ["USERPAYING", "unpaid"],
  ["CLOSED", "closed"],
  ["REVOKED", "closed"],
  ["PAYERROR", "failed"],
]);
