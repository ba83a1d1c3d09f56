export { type AppRouter, appRouter } from "./app-router.ts";
export { type PayhubErrorView, TRPC_CODES, toTrpcError, viewError } from "./errors.ts";
export type { AckEventsInput, EventView, ListEventsInput, PullEventsInput } from "./events/schemas.ts";
export type {
  AttemptView,
  ClosePaymentInput,
  CreatePaymentInput,
  HeldReceiptView,
  ListPaymentsInput,
  PayerActionView,
  PaymentDetail,
  PaymentRef,
  PaymentView,
} from "./payments/schemas.ts";
export type {
  Caller,
  Context,
  EventPorts,
  PaymentPorts,
  PaymentWithAttempt,
  PositionedEvent,
  ReconciliationPorts,
  RefundPorts,
} from "./ports.ts";
export type { CreateRefundInput, ListRefundsInput, RefundView } from "./refunds/schemas.ts";
