import type { Declined, RefundDeclined } from "../../src/channel.ts";
import type { Refused } from "./transport.ts";

/** How an order stands, in our words. */
export const ORDER_STATES = { waiting: "unpaid", paid: "paid", closed: "closed" } as const;

const ORDER_REFUSALS: ReadonlyMap<string, Declined["because"]> = new Map([
  ["ORDER_PAID", "already_paid"],
  ["ORDER_CLOSED", "already_closed"],
  ["NUMBER_USED", "number_used"],
]);

const REFUND_REFUSALS: ReadonlyMap<string, RefundDeclined["because"]> = new Map([
  ["NO_FUNDS", "not_enough"],
  ["EXCEEDS_PAID", "exceeds_paid"],
  ["TOO_OLD", "window_passed"],
  ["NUMBER_USED", "number_used"],
]);

/** Whether the channel's code settles nothing. */
export function isUnknownCode(code: string): boolean {
  return code === "BUSY";
}

/** What a refusal says of an order. */
export function declined({ code, message }: Refused): Declined {
  return { kind: "declined", because: ORDER_REFUSALS.get(code) ?? "refused", code, message };
}

/** What a refusal says of a refund. */
export function refundDeclined({ code, message }: Refused): RefundDeclined {
  return { kind: "declined", because: REFUND_REFUSALS.get(code) ?? "refused", code, message };
}
