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
  type Viewer,
} from "./context.ts";
export { ackEvents } from "./event/ack.ts";
export { listEvents } from "./event/list.ts";
export { createEventPublisher, type EventPublisher } from "./event/publisher.ts";
export { type EventBatch, type PositionedEvent, pullEvents } from "./event/pull.ts";
export { FAULT_POINTS, type FaultPoint, type FaultPointName, noFault } from "./fault.ts";
export { checkInvariants, type Violation } from "./invariant/check.ts";
export type { ChannelTrade } from "./invariant/check-channel-trades.ts";
export { keepLease } from "./keep-lease.ts";
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
export { type ExportFile, type ExportFormat, type ExportWanted, exportTable } from "./reconciliation/export/export.ts";
export type { ExportLanguage } from "./reconciliation/export/table.ts";
export { getRun, listRuns } from "./reconciliation/list-runs.ts";
export { reconcileDay } from "./reconciliation/reconcile-day.ts";
export { requestReconciliation } from "./reconciliation/request.ts";
export { getFundFlow } from "./reconciliation/statement/get-fund-flow.ts";
export { getStatement } from "./reconciliation/statement/get-statement.ts";
export type { Act } from "./reconciliation/work-list/act.ts";
export type { AgedDifference } from "./reconciliation/work-list/age.ts";
export { approveFix } from "./reconciliation/work-list/approve.ts";
export { assignDifference } from "./reconciliation/work-list/assign.ts";
export { acceptDifference, resolveDifference } from "./reconciliation/work-list/end.ts";
export { getDifference } from "./reconciliation/work-list/get.ts";
export { type DifferencesWanted, listDifferences } from "./reconciliation/work-list/list.ts";
export { noteDifference } from "./reconciliation/work-list/note.ts";
export { type BookFix, proposeFix } from "./reconciliation/work-list/propose.ts";
export { rejectFix } from "./reconciliation/work-list/reject.ts";
export { reopenDifference } from "./reconciliation/work-list/reopen.ts";
export { createRefund } from "./refund/create.ts";
export { getRefund, listRefunds, type RefundRef } from "./refund/get.ts";
export type { RefundOrder } from "./refund/reserve.ts";
export { returnHeldReceipts } from "./refund/return-held.ts";
export { syncDueRefunds } from "./refund/sync.ts";
