import type { FundFlowKind } from "./bill.ts";

/** Where a run stands: `waiting` for a bill that is not there yet, `refused` when a bill cannot be trusted. */
export const RUN_STATES = ["requested", "running", "waiting", "refused", "done"] as const;
export type RunState = (typeof RUN_STATES)[number];

/** What a run is at; each stage may be done again. */
export const RUN_STAGES = ["download", "parse", "match", "explain", "repair", "report"] as const;
export type RunStage = (typeof RUN_STAGES)[number];

/** The reconciliation of one account's one day; there is one for each, run as often as needed. */
export interface ReconciliationRun {
  runNo: string;
  accountNo: string;
  merchantNo: string;
  channel: string;
  businessDay: string;
  runState: RunState;
  stage: RunStage;
  /** Lines read so far, and lines and records compared so far. */
  linesRead: number;
  compared: number;
  /** The stored bills it was made of; null for none, as on a day without business. */
  tradeBill: string | null;
  fundFlowBill: string | null;
  /** Who asked for it, `payhub` by the clock. */
  requestedBy: string;
  tryCount: number;
  /** When it is to be tried (again); null when it is done. */
  nextTryAt: number | null;
  failure: string | null;
  finishedAt: number | null;
  createdAt: number;
  updatedAt: number;
}

/** What one app's (or, with `appId` empty, nobody's) money of an account's day came to on both sides; amounts in fen. */
export interface DayTotal {
  accountNo: string;
  merchantNo: string;
  channel: string;
  businessDay: string;
  appId: string;
  bookPaymentCount: number;
  bookPaymentAmount: number;
  bookRefundCount: number;
  bookRefundAmount: number;
  billPaymentCount: number;
  billPaymentAmount: number;
  billRefundCount: number;
  billRefundAmount: number;
  billFee: number;
  /** Lines of the bill that agree with the books. */
  matchedCount: number;
  createdAt: number;
  updatedAt: number;
}

/** What the fund-flow bill of an account's day says of one kind of movement; amounts in fen. */
export interface FundFlowTotal {
  accountNo: string;
  merchantNo: string;
  channel: string;
  businessDay: string;
  flowKind: FundFlowKind;
  inCount: number;
  inAmount: number;
  outCount: number;
  outAmount: number;
  createdAt: number;
  updatedAt: number;
}

/** How close to midnight money may be counted on the neighbouring day, in ms. */
export const DAY_BOUNDARY_MS = 10 * 60_000;
