import type { CloseOutcome, Declined, QueryOutcome } from "../channel.ts";

/** What a trade's status means to us. Source: https://opendocs.alipay.com/open/270/105902 */
export const TRADE_STATUSES = {
  WAIT_BUYER_PAY: "unpaid",
  TRADE_SUCCESS: "paid",
  /** Paid, and no longer refundable. */
  TRADE_FINISHED: "paid",
  /** Closed unpaid, or refunded in full: no money can move any more. */
  TRADE_CLOSED: "closed",
} as const satisfies Record<string, Extract<QueryOutcome["kind"], "unpaid" | "paid" | "closed">>;
export type TradeStatus = keyof typeof TRADE_STATUSES;

/** Whether a text is one of Alipay's trade statuses. */
export function isTradeStatus(text: unknown): text is TradeStatus {
  return typeof text === "string" && Object.hasOwn(TRADE_STATUSES, text);
}

/** Refusals of `alipay.trade.precreate` that speak of the order. Source: https://opendocs.alipay.com/open/8ad49e4a_alipay.trade.precreate */
const CREATE_REFUSALS: Readonly<Record<string, Declined["because"]>> = {
  "ACQ.TRADE_HAS_SUCCESS": "already_paid",
  "ACQ.TRADE_HAS_FINISHED": "already_paid",
  "ACQ.TRADE_HAS_CLOSE": "already_closed",
  "ACQ.CONTEXT_INCONSISTENT": "number_used",
};

/** Refusals of `alipay.trade.close` that speak of the order. Source: https://opendocs.alipay.com/open/e84f0d79_alipay.trade.close */
const CLOSE_REFUSALS: Readonly<Record<string, "closed" | "paid" | "absent" | "not_waiting">> = {
  "ACQ.TRADE_NOT_EXIST": "absent",
  "ACQ.TRADE_HAS_CLOSE": "closed",
  "ACQ.TRADE_HAS_SUCCESS": "paid",
  "ACQ.TRADE_HAS_FINISHED": "paid",
  "ACQ.TRADE_STATUS_ERROR": "not_waiting",
  "ACQ.REASON_TRADE_STATUS_INVALID": "not_waiting",
  "ACQ.REASON_ILLEGAL_STATUS": "not_waiting",
};

interface Refusal {
  code: string;
  message: string;
}

/** Puts a refusal into our words; a code that no table names is a plain refusal. */
export function declined({ code, message }: Refusal): Declined {
  return { kind: "declined", because: CREATE_REFUSALS[code.toUpperCase()] ?? "refused", code, message };
}

/** What a refused close says of the order; `undefined` when only that it waits for no payer. */
export function closeRefusal(refusal: Refusal): CloseOutcome | undefined {
  const kind = CLOSE_REFUSALS[refusal.code.toUpperCase()];
  if (kind === "not_waiting") return undefined;
  return kind ? { kind } : { kind: "declined", because: "refused", ...plain(refusal) };
}

/** What a refused query says of the order. Source: https://opendocs.alipay.com/open/82ea786a_alipay.trade.query */
export function queryRefusal(refusal: Refusal): QueryOutcome {
  if (refusal.code.toUpperCase() === "ACQ.TRADE_NOT_EXIST") return { kind: "absent" };
  return { kind: "declined", because: "refused", ...plain(refusal) };
}

function plain({ code, message }: Refusal): Refusal {
  return { code, message };
}

/** Answers after which the effect of a call is not known. Source: https://opendocs.alipay.com/common/02km9f */
export function isUnknownCode(answer: { code: string; sub_code?: string | undefined }): boolean {
  const subCode = answer.sub_code?.toUpperCase() ?? "";
  return UNKNOWN_CODES.has(answer.code) || subCode.endsWith("SYSTEM_ERROR") || subCode.endsWith("UNKNOW-ERROR");
}

/** 20000 the channel does not know, 10003 still under way, 40005 turned away at the door and worth asking again. */
const UNKNOWN_CODES: ReadonlySet<string> = new Set(["20000", "10003", "40005"]);
