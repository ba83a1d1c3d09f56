/** Every unique index, with its columns as SQLite names them in its message. */
export const UNIQUE_INDEXES = {
  merchant_merchant_no: "merchant.merchant_no",
  channel_account_account_no: "channel_account.account_no",
  account_credential_version: "account_credential.account_no, account_credential.version",
  app_app_id: "app.app_id",
  app_secret_version: "app_secret.app_id, app_secret.version",
  app_grant_app_account: "app_grant.app_id, app_grant.account_no",
  payment_payment_no: "payment.payment_no",
  payment_app_order: "payment.app_id, payment.order_no",
  attempt_attempt_no: "attempt.attempt_no",
  attempt_payment_ordinal: "attempt.payment_no, attempt.ordinal",
  attempt_app_idempotency_key: "attempt.app_id, attempt.idempotency_key",
  attempt_channel_trade_no: "attempt.channel, attempt.channel_trade_no",
  refund_refund_no: "refund.refund_no",
  refund_app_order: "refund.app_id, refund.refund_order_no",
  refund_app_idempotency_key: "refund.app_id, refund.idempotency_key",
  refund_channel_refund_no: "refund.channel, refund.channel_refund_no",
  held_receipt_held_receipt_no: "held_receipt.held_receipt_no",
  held_receipt_channel_trade_no: "held_receipt.channel, held_receipt.channel_trade_no",
  inbox_notification: "inbox.channel, inbox.notification_id",
  event_event_id: "event.event_id",
  event_payment_sequence: "event.payment_no, event.sequence",
  event_position: "event.position",
  delivery_app_position: "delivery.app_id, delivery.position",
  bill_file_digest: "bill_file.account_no, bill_file.business_day, bill_file.bill_kind, bill_file.digest",
  reconciliation_run_run_no: "reconciliation_run.run_no",
  reconciliation_run_day: "reconciliation_run.account_no, reconciliation_run.business_day",
  day_total_app: "day_total.account_no, day_total.business_day, day_total.app_id",
  fund_flow_total_kind: "fund_flow_total.account_no, fund_flow_total.business_day, fund_flow_total.flow_kind",
  difference_difference_no: "difference.difference_no",
  difference_fingerprint: "difference.account_no, difference.business_day, difference.fingerprint",
} as const;
export type UniqueIndex = keyof typeof UNIQUE_INDEXES;

const MYSQL_DUPLICATE_ENTRY = 1062;
const SQLITE_CONSTRAINT_PRIMARYKEY = 1555;
const SQLITE_CONSTRAINT_UNIQUE = 2067;

/** Whether an insert or update met an existing row: in that unique index, or in any unique index or primary key. */
export function isDuplicateKey(error: unknown, index?: UniqueIndex): boolean {
  if (!(error instanceof Error)) return false;
  if ("errno" in error && error.errno === MYSQL_DUPLICATE_ENTRY) {
    return index === undefined || new RegExp(`for key '(\\w+\\.)?${index}'`).test(error.message);
  }
  if (!("errcode" in error)) return false;
  if (error.errcode !== SQLITE_CONSTRAINT_UNIQUE && error.errcode !== SQLITE_CONSTRAINT_PRIMARYKEY) return false;
  return index === undefined || error.message.endsWith(`failed: ${UNIQUE_INDEXES[index]}`);
}
