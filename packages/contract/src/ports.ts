import type {
  App,
  Attempt,
  BillFile,
  Difference,
  DifferenceAction,
  FundFlowDay,
  HeldReceipt,
  PayhubEvent,
  Payment,
  ReconciliationRun,
  Refund,
  Statement,
} from "@payhub/domain";
import type { AckEventsInput, ListEventsInput, PullEventsInput } from "./events/schemas.ts";
import type { ClosePaymentInput, CreatePaymentInput, ListPaymentsInput, PaymentRef } from "./payments/schemas.ts";
import type { ActInput, AssignInput, ListDifferencesInput, ProposeInput } from "./reconciliation/difference-schemas.ts";
import type {
  ExportInput,
  FundFlowInput,
  ListRunsInput,
  RequestRunInput,
  StatementInput,
} from "./reconciliation/schemas.ts";
import type { CreateRefundInput, ListRefundsInput, RefundRef } from "./refunds/schemas.ts";

/** Who calls: an app whose signature was verified. */
export interface Caller {
  appId: string;
  /** A `console` sees every app's orders, a `business` its own. */
  role: App["role"];
}

/** A payment with the attempt that settled it, or else its latest one. */
export interface PaymentWithAttempt {
  payment: Payment;
  attempt: Attempt;
}

/** An event at its place in the log. */
export type PositionedEvent = PayhubEvent & { position: number };

/** What the platform does for payments; each call sees only the caller's own orders. */
export interface PaymentPorts {
  create(caller: Caller, input: CreatePaymentInput): Promise<PaymentWithAttempt & { replayed: boolean }>;
  get(
    caller: Caller,
    ref: PaymentRef,
  ): Promise<PaymentWithAttempt & { attempts: Attempt[]; heldReceipts: HeldReceipt[] }>;
  close(caller: Caller, input: ClosePaymentInput): Promise<PaymentWithAttempt & { replayed: boolean }>;
  list(caller: Caller, input: ListPaymentsInput): Promise<{ items: PaymentWithAttempt[]; nextCursor: string | null }>;
  /** Yields the payment as it is, then each time it has changed, and ends with its final state. */
  watch(caller: Caller, input: { paymentNo: string }, signal: AbortSignal): AsyncIterable<PaymentWithAttempt>;
}

/** What the platform does for refunds. */
export interface RefundPorts {
  create(caller: Caller, input: CreateRefundInput): Promise<{ refund: Refund; replayed: boolean }>;
  get(caller: Caller, ref: RefundRef): Promise<Refund>;
  list(caller: Caller, input: ListRefundsInput): Promise<{ items: Refund[]; nextCursor: string | null }>;
}

/** What the platform does for events. */
export interface EventPorts {
  pull(
    caller: Caller,
    input: PullEventsInput,
    signal: AbortSignal,
  ): Promise<{ events: PositionedEvent[]; leasedUntil: number | null }>;
  ack(caller: Caller, input: AckEventsInput): Promise<{ acknowledged: number }>;
  list(caller: Caller, input: ListEventsInput): Promise<{ events: PositionedEvent[]; nextAfter: number }>;
}

/** A difference with the days since its business day. */
export type AgedDifference = Difference & { ageDays: number };

/** What people do about differences; what has no caller is for a console alone. */
interface DifferencePorts {
  list(caller: Caller, input: ListDifferencesInput): Promise<{ items: AgedDifference[]; nextCursor: string | null }>;
  get(caller: Caller, differenceNo: string): Promise<{ difference: AgedDifference; actions: DifferenceAction[] }>;
  assign(input: AssignInput): Promise<AgedDifference>;
  note(input: ActInput): Promise<AgedDifference>;
  resolve(input: ActInput): Promise<AgedDifference>;
  accept(input: ActInput): Promise<AgedDifference>;
  reopen(input: ActInput): Promise<AgedDifference>;
  propose(input: ProposeInput): Promise<AgedDifference>;
  approve(input: ActInput): Promise<AgedDifference>;
  reject(input: ActInput): Promise<AgedDifference>;
}

/** What reconciliation tells; what has no caller is for a console alone. */
export interface ReconciliationPorts {
  statement(caller: Caller, input: StatementInput): Promise<Statement>;
  fundFlow(input: FundFlowInput): Promise<FundFlowDay[]>;
  export(caller: Caller, input: ExportInput): Promise<{ fileName: string; contentType: string; base64: string }>;
  differences: DifferencePorts;
  runs: {
    list(input: ListRunsInput): Promise<{ items: ReconciliationRun[]; nextCursor: string | null }>;
    get(runNo: string): Promise<{ run: ReconciliationRun; billFiles: BillFile[] }>;
    request(input: RequestRunInput): Promise<ReconciliationRun>;
  };
}

/** What a request brings to its procedure. */
export interface Context {
  traceId: string;
  /** Verifies the request's signature; refuses with `UNAUTHENTICATED`, `FORBIDDEN` or `RATE_LIMITED`. */
  authenticate(): Promise<Caller>;
  payments: PaymentPorts;
  refunds: RefundPorts;
  events: EventPorts;
  reconciliation: ReconciliationPorts;
}
