export {
  BILL_KINDS,
  type BillFile,
  type BillKind,
  type BillLine,
  FUND_FLOW_KINDS,
  type FundFlowKind,
  type FundFlowLine,
} from "./bill.ts";
export { type PayerAction, type Receipt, SCENES, type Scene, type SceneInput } from "./charge.ts";
export { addDays, boundsOfDay, businessDay, type Clock, isoShanghai, type Randomness } from "./clock.ts";
export {
  type BookSide,
  DIFFERENCE_CAUSES,
  DIFFERENCE_CLASSES,
  DIFFERENCE_FIXES,
  DIFFERENCE_STATES,
  type Difference,
  type DifferenceAction,
  type DifferenceCause,
  type DifferenceClass,
  type DifferenceFix,
  type DifferenceState,
  PLATFORM_ACTOR,
} from "./difference.ts";
export { ERROR_CODES, type ErrorDetails, isFinalRefusal, PayhubError, type PayhubErrorCode } from "./errors.ts";
export {
  EVENT_OF_REFUND_STATUS,
  EVENT_OF_STATUS,
  EVENT_TYPES,
  type EventType,
  type PayhubEvent,
  type PaymentFacts,
  type RefundFacts,
} from "./event.ts";
export { EXPIRY_MARGIN_MS, LADDER_JITTER, nextQueryAt, QUERY_LADDER_MS } from "./ladder.ts";
export type { App, ChannelAccount, Merchant } from "./merchant.ts";
export {
  CURRENCY,
  type Currency,
  chargeFor,
  fenFromYuan,
  isAmount,
  MAX_AMOUNT,
  MIN_AMOUNT,
  yuanFromFen,
} from "./money.ts";
export { isNumberOf, issueNumber, NUMBER_PREFIXES, type NumberKind } from "./number.ts";
export {
  type Attempt,
  canReuseAttempt,
  DEFAULT_INITIATION_GAP_MS,
  EXPIRY_LIMITS,
  type HeldReceipt,
  type HoldReason,
  initiationWaitMs,
  isSameAsk,
  type Payment,
  REUSE_MARGIN_MS,
} from "./payment.ts";
export { agreedFee, feeExcess } from "./reconcile/agreed-fee.ts";
export { comparePayment } from "./reconcile/compare-payment.ts";
export { compareRefund, compareReversal } from "./reconcile/compare-refund.ts";
export { neighbourOf } from "./reconcile/day-boundary.ts";
export { fingerprintText } from "./reconcile/fingerprint-text.ts";
export {
  type BookAttempt,
  type BookHeld,
  type BookRefund,
  type Disagreement,
  moneyOf,
  toBeAsked,
  type Verdict,
} from "./reconcile/verdict.ts";
export {
  DAY_BOUNDARY_MS,
  type DayTotal,
  type FundFlowTotal,
  type ReconciliationRun,
  RUN_STAGES,
  RUN_STATES,
  type RunStage,
  type RunState,
} from "./reconciliation.ts";
export {
  isReserving,
  nextRefundQueryAt,
  REFUND_LADDER_MS,
  type Refund,
  type RefundPurpose,
  refundCharge,
} from "./refund.ts";
export { type Settlement, samePayee, settle } from "./settle.ts";
export {
  ATTEMPT_MACHINE,
  type AttemptState,
  assertMachine,
  canMove,
  isFinal,
  type Machine,
  move,
  PAYMENT_MACHINE,
  type PaymentStatus,
  REFUND_MACHINE,
  type RefundStatus,
  sourcesOf,
} from "./state.ts";
export {
  type DifferenceCount,
  explainedPercent,
  type FundFlow,
  type FundFlowDay,
  type Period,
  periodOfMonth,
  type SideTotals,
  STATEMENT_GROUPS,
  type Statement,
  type StatementGroup,
  type StatementTotals,
} from "./statement.ts";
