import type { ChannelRegistry } from "@payhub/channels";
import type { App, Clock, Randomness } from "@payhub/domain";
import type { Coordination, Keyring, Store } from "@payhub/store";
import type { AccountConnections } from "./account/connections.ts";
import type { EventPublisher } from "./event/publisher.ts";
import type { FaultPoint } from "./fault.ts";

/** One line of a structured log; `fields` hold no secret. */
export interface Log {
  debug(fields: Record<string, unknown>, message: string): void;
  info(fields: Record<string, unknown>, message: string): void;
  warn(fields: Record<string, unknown>, message: string): void;
  error(fields: Record<string, unknown>, message: string): void;
}

/** What people must be told about. */
export type AlertKind =
  | "amount_mismatch"
  | "payee_mismatch"
  | "unknown_order"
  | "duplicate_payment"
  | "late_payment"
  | "callback_rejected"
  | "held_receipt_not_refunded"
  | "refund_abnormal"
  | "refund_not_enough"
  | "refund_not_settled"
  | "unknown_refund"
  | "circuit_open"
  | "notification_not_applied"
  | "attempt_not_settled"
  | "bill_missing"
  | "bill_refused"
  | "reconciliation_differences";

/** Tells people; never throws. */
export type Alert = (kind: AlertKind, facts: Record<string, unknown>) => void;

/** The limits and switches of a process. */
export interface Settings {
  /** Ask every channel for one fen; development and test only. */
  oneCent: boolean;
  /** Where channels reach the callback gateway, without a trailing slash. */
  publicUrl: string;
  /** Overall deadline of one call to a channel. */
  channelDeadlineMs: number;
  /** How long a repeat waits for the call that runs under the same key. */
  replayWaitMs: number;
  /** How long stored answers are kept. */
  replayKeepMs: number;
}

/** The settings that hold unless a process says otherwise. */
export const DEFAULT_SETTINGS = {
  channelDeadlineMs: 8_000,
  replayWaitMs: 10_000,
  replayKeepMs: 24 * 60 * 60_000,
} as const;

/** What every verb works with; a process makes one at its start. */
export interface ServiceContext {
  store: Store;
  coordination: Coordination;
  channels: ChannelRegistry;
  connections: AccountConnections;
  publisher: EventPublisher;
  keyring: Keyring;
  clock: Clock;
  random: Randomness;
  log: Log;
  alert: Alert;
  fault: FaultPoint;
  settings: Settings;
}

/** The app on whose behalf a verb runs. */
export interface Caller {
  appId: string;
}

/** An app with what it may see: a `console` sees every app's money, a `business` its own. */
export interface Viewer extends Caller {
  role: App["role"];
}
