import type {
  App,
  Attempt,
  BillFile,
  ChannelAccount,
  DayTotal,
  Difference,
  DifferenceAction,
  FundFlowTotal,
  HeldReceipt,
  Merchant,
  PayhubEvent,
  Payment,
  Receipt,
  ReconciliationRun,
  Refund,
} from "@payhub/domain";
import type { Generated } from "kysely";

/** Every table numbers its rows; the number is the database's own and is shown to nobody. */
export type Numbered<Row> = Omit<Row, "id"> & { id: Generated<number> };

/** A callback that was verified and stored before it was acknowledged; unique by channel and the channel's notification id. */
export interface InboxNotification {
  id: number;
  channel: string;
  notificationId: string;
  accountNo: string;
  /** What the channel says was paid; null when the notification moves nothing. */
  receipt: Receipt | null;
  /** The refund that it is a reason to ask about. */
  refund: { attemptNo: string; refundNo: string } | null;
  /** The body as it came. */
  rawBody: string;
  state: "received" | "applied" | "ignored";
  /** Until when one process has the exclusive right to apply it. */
  claimedUntil: number;
  receivedAt: number;
  appliedAt: number | null;
  createdAt: number;
  updatedAt: number;
}

/** An event as stored: `position` is its place in the whole log, given when it is published, in commit order and without gaps. */
export interface EventRow extends PayhubEvent {
  id: number;
  position: number | null;
  createdAt: number;
  updatedAt: number;
}

/** One event on its way to one app. */
export interface Delivery {
  id: number;
  appId: string;
  position: number;
  eventId: string;
  paymentNo: string;
  status: "pending" | "acknowledged";
  /** The lease's holder and end; a delivery whose lease ended is handed out again. */
  leaseToken: string | null;
  leasedUntil: number;
  deliveryCount: number;
  acknowledgedAt: number | null;
  createdAt: number;
  updatedAt: number;
}

/** A counter that one transaction at a time may move. */
export interface Sequencer {
  name: string;
  value: number;
  createdAt: number;
  updatedAt: number;
}

/** Which process runs a job, and until when the others leave it alone. */
export interface JobLease {
  job: string;
  holder: string;
  leasedUntil: number;
  createdAt: number;
  updatedAt: number;
}

/** A secret in its sealed form, one version of up to two live ones. */
export interface SealedVersion {
  id: number;
  version: number;
  /** Ciphertext with its key id; opened with the owner and field it was sealed for. */
  sealed: string;
  status: "live" | "retired";
  createdAt: number;
  updatedAt: number;
}

export interface AccountCredential extends SealedVersion {
  accountNo: string;
}

export interface AppSecret extends SealedVersion {
  appId: string;
}

/** The right of an app to use a channel account. */
export interface AppGrant {
  id: number;
  appId: string;
  accountNo: string;
  createdAt: number;
  updatedAt: number;
}

/** The tables, under their names, as queries see them. */
export interface Database {
  merchant: Numbered<Merchant>;
  channel_account: Numbered<ChannelAccount>;
  account_credential: Numbered<AccountCredential>;
  /** Apps that are older than roles are business apps. */
  app: Numbered<Omit<App, "role">> & { role: Generated<App["role"]> };
  app_secret: Numbered<AppSecret>;
  app_grant: Numbered<AppGrant>;
  payment: Numbered<Payment>;
  attempt: Numbered<Attempt>;
  refund: Numbered<Refund>;
  held_receipt: Numbered<HeldReceipt>;
  inbox: Numbered<InboxNotification>;
  event: Numbered<EventRow>;
  delivery: Numbered<Delivery>;
  sequencer: Sequencer;
  job_lease: JobLease;
  bill_file: Numbered<BillFile>;
  reconciliation_run: Numbered<ReconciliationRun>;
  day_total: Numbered<DayTotal>;
  fund_flow_total: Numbered<FundFlowTotal>;
  difference: Numbered<Difference>;
  difference_action: Numbered<DifferenceAction>;
}
