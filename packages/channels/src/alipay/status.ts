import type {
  CancelOutcome,
  CloseOutcome,
  Declined,
  QueryOutcome,
  RefundDeclined,
  RefundOutcome,
  RefundQueryOutcome,
} from "../channel.ts";

/** What a trade's status means to us. Source: https://opendocs.alipay.com/open/270/105902 */
export const TRADE_STATUSES = {
  WAIT_BUYER_PAY: "unpaid",
  TRADE_SUCCESS: "paid",
  /** Paid, and no longer refundable. */
  TRADE_FINISHED: "paid",
  /** Closed unpaid, or paid and given back in full, as by a cancel whose answer was lost: the payer keeps the money. */
  TRADE_CLOSED: "closed",
} as const satisfies Record<string, Extract<QueryOutcome["kind"], "unpaid" | "paid" | "closed">>;
export type TradeStatus = keyof typeof TRADE_STATUSES;

/** Whether a text is one of Alipay's trade statuses. */
export function isTradeStatus(text: unknown): text is TradeStatus {
  return typeof text === "string" && Object.hasOwn(TRADE_STATUSES, text);
}

/** Refusals of the ordering methods that speak of the order. Source: https://opendocs.alipay.com/open/8ad49e4a_alipay.trade.precreate */
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

/** Refusals of `alipay.trade.cancel` that speak of the order. Source: https://opendocs.alipay.com/open/13399511_alipay.trade.cancel */
const CANCEL_REFUSALS: Readonly<Record<string, Declined["because"]>> = {
  "ACQ.TRADE_HAS_FINISHED": "already_paid",
  /** A day after the order: the money goes back by a refund. */
  "ACQ.TRADE_CANCEL_TIME_OUT": "already_paid",
  /** Some or all of it went back by refunds. */
  "ACQ.REASON_TRADE_REFUND_FEE_ERR": "already_paid",
};

/** Refusals of `alipay.trade.refund` that we have a word for. Source: https://opendocs.alipay.com/open/4b7cc5db_alipay.trade.refund */
const REFUND_REFUSALS: Readonly<Record<string, RefundDeclined["because"]>> = {
  "ACQ.SELLER_BALANCE_NOT_ENOUGH": "not_enough",
  "ACQ.REFUND_AMT_NOT_EQUAL_TOTAL": "exceeds_paid",
  "ACQ.REFUND_FEE_ERROR": "exceeds_paid",
  "ACQ.REASON_TRADE_REFUND_FEE_ERR": "exceeds_paid",
  /** Closed unpaid or refunded in full: nothing is left. */
  "ACQ.TRADE_HAS_CLOSE": "exceeds_paid",
  "ACQ.TRADE_NOT_ALLOW_REFUND": "window_passed",
  "ACQ.TRADE_HAS_FINISHED": "window_passed",
  "ACQ.DISCORDANT_REPEAT_REQUEST": "number_used",
};

/** What a refund's status means to us; until it succeeded a synchronous refund has none. Source: https://opendocs.alipay.com/open/8c776df6_alipay.trade.fastpay.refund.query */
export const REFUND_STATUSES: Readonly<
  Record<string, Extract<RefundOutcome["kind"], "succeeded" | "processing" | "closed">>
> = {
  REFUND_SUCCESS: "succeeded",
  REFUND_PROCESSING: "processing",
  REFUND_FAIL: "closed",
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

/** What a refused cancel says of the order; a code that no table names is a plain refusal. */
export function cancelRefusal(refusal: Refusal): CancelOutcome {
  return { kind: "declined", because: CANCEL_REFUSALS[refusal.code.toUpperCase()] ?? "refused", ...plain(refusal) };
}

/** Why money is not given back; a code that no table names is a plain refusal. */
export function refundRefusal(refusal: Refusal): RefundDeclined {
  return { kind: "declined", because: REFUND_REFUSALS[refusal.code.toUpperCase()] ?? "refused", ...plain(refusal) };
}

/** What a refused question about a refund says of it: only an order that is not there has none. */
export function refundQueryRefusal(refusal: Refusal): RefundQueryOutcome {
  if (NOT_EXIST.has(refusal.code.toUpperCase())) return { kind: "absent" };
  return { kind: "unknown", reason: `asking was refused: ${refusal.code} ${refusal.message}` };
}

/** The refund query writes it with and without the prefix. */
const NOT_EXIST: ReadonlySet<string> = new Set(["ACQ.TRADE_NOT_EXIST", "TRADE_NOT_EXIST"]);

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
