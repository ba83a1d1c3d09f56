import type { Declined, RefundDeclined } from "../channel.ts";

/** What WeChat Pay's error codes say about an order, in both spellings (https://pay.weixin.qq.com/doc/v3/merchant/4012081717). */
const BECAUSE: ReadonlyMap<string, Declined["because"]> = new Map([
  ["ORDERPAID", "already_paid"],
  ["ORDER_PAID", "already_paid"],
  ["ORDER_CLOSED", "already_closed"],
  ["ORDERCLOSED", "already_closed"],
  ["ORDER_REVERSED", "already_closed"],
  ["ORDERREVERSED", "already_closed"],
  ["OUT_TRADE_NO_USED", "number_used"],
]);

const USER_PAYING = ["USERPAYING", "USER_PAYING"];
const AGAIN_CODES: ReadonlySet<string> = new Set([...USER_PAYING, "SYSTEM_ERROR", "SYSTEMERROR"]);

/** Codes under which the order may or may not have been touched, whatever the HTTP status. */
const UNKNOWN_CODES: ReadonlySet<string> = new Set([
  "SYSTEM_ERROR",
  "SYSTEMERROR",
  "BANK_ERROR",
  "BANKERROR",
  "SERVICE_UNAVAILABLE",
  "FREQUENCY_LIMITED",
  "RATELIMIT_EXCEEDED",
  ...USER_PAYING,
]);

const ABSENT_CODES: ReadonlySet<string> = new Set(["ORDER_NOT_EXIST", "ORDERNOTEXIST"]);

/** Whether an error code leaves open what happened. */
export function isUnknownCode(code: string): boolean {
  return UNKNOWN_CODES.has(code);
}

/** Whether the payer is being asked for a password. */
export function isUserPayingCode(code: string | undefined): boolean {
  return code !== undefined && USER_PAYING.includes(code);
}

/** Whether a reversal is to be repeated until it is definite (https://pay.weixin.qq.com/doc/v3/merchant/4012382150). */
export function isAgainCode(code: string | undefined): boolean {
  return code !== undefined && AGAIN_CODES.has(code);
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

/** What WeChat Pay's error codes say about a refund, in both spellings (https://pay.weixin.qq.com/doc/v3/merchant/4012791883). */
const REFUND_BECAUSE: ReadonlyMap<string, RefundDeclined["because"]> = new Map([
  ["NOT_ENOUGH", "not_enough"],
  ["NOTENOUGH", "not_enough"],
  ["TRADE_OVERDUE", "window_passed"],
  ["REFUND_FEE_MISMATCH", "number_used"],
]);

/** What an `INVALID_REQUEST` of a refund means has no code of its own: only its message tells. */
const REFUND_MESSAGES: readonly (readonly [RegExp, RefundDeclined["because"]])[] = [
  [/与之前请求不一致/, "number_used"],
  [/可退金额/, "exceeds_paid"],
  [/最大期限|退款期限/, "window_passed"],
];

/** Whether an error code says that the channel has no such refund. */
export function isAbsentRefundCode(code: string): boolean {
  return code === "RESOURCE_NOT_EXISTS";
}

/** A refused refund in our words. */
export function refundDeclinedOf({ code, message }: { code: string; message: string }): RefundDeclined {
  const told = code === "INVALID_REQUEST" ? REFUND_MESSAGES.find(([words]) => words.test(message))?.[1] : undefined;
  return { kind: "declined", because: told ?? REFUND_BECAUSE.get(code) ?? "refused", code, message };
}

/** What a refund's `status` means (https://pay.weixin.qq.com/doc/v3/merchant/4012791884). */
export const REFUND_STATES: ReadonlyMap<string, "succeeded" | "processing" | "abnormal" | "closed"> = new Map([
  ["SUCCESS", "succeeded"],
  ["PROCESSING", "processing"],
  ["ABNORMAL", "abnormal"],
  ["CLOSED", "closed"],
]);
