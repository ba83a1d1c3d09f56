export { type AccountConnections, type ConnectedAccount, createAccountConnections } from "./account/connections.ts";
export { appSecretOwner, credentialOwner } from "./account/credentials.ts";
export { authenticateApp } from "./app/authenticate.ts";
export type { SignedRequest } from "./app/signature.ts";
export {
  type Alert,
  type AlertKind,
  type Caller,
  DEFAULT_SETTINGS,
  type Log,
  type ServiceContext,
  type Settings,
} from "./context.ts";
export { ackEvents } from "./event/ack.ts";
export { listEvents } from "./event/list.ts";
export { createEventPublisher, type EventPublisher } from "./event/publisher.ts";
export { type EventBatch, type PositionedEvent, pullEvents } from "./event/pull.ts";
export { FAULT_POINTS, type FaultPoint, type FaultPointName, noFault } from "./fault.ts";
export { checkInvariants, type Violation } from "./invariant/check.ts";
export type { ChannelTrade } from "./invariant/check-channel-trades.ts";
export { createApp, grantAccount, rotateAppSecret } from "./merchant/create-app.ts";
export { openAccount, retireAccount, rotateCredentials } from "./merchant/open-account.ts";
export { openMerchant } from "./merchant/open-merchant.ts";
export { drainInbox } from "./notification/apply.ts";
export { type Reception, receiveNotification } from "./notification/receive.ts";
export { closePayment } from "./payment/close.ts";
export { createPayment } from "./payment/create.ts";
export { expirePayments } from "./payment/expire.ts";
export { getPayment, type PaymentRef, type PaymentWithAttempt } from "./payment/get.ts";
export { listPayments } from "./payment/list.ts";
export type { OrderFields, PaymentOrder } from "./payment/open.ts";
export { syncAttempt, syncDueAttempts } from "./payment/sync.ts";
export { watchPayment } from "./payment/watch.ts";
export type { DayRequest, ReconcileContext, RunOptions, RunProgress } from "./reconciliation/context.ts";
export { runDueReconciliations } from "./reconciliation/due.ts";
export { reconcileDay } from "./reconciliation/reconcile-day.ts";
export { requestReconciliation } from "./reconciliation/request.ts";
export { createRefund } from "./refund/create.ts";
export { getRefund, listRefunds, type RefundRef } from "./refund/get.ts";
export type { RefundOrder } from "./refund/reserve.ts";
export { returnHeldReceipts } from "./refund/return-held.ts";
export { syncDueRefunds } from "./refund/sync.ts";
