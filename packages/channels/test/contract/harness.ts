import type { BillKind, PayerAction, Scene, SceneInput } from "@payhub/domain";
import type { ChannelPlugin, RawNotification } from "../../src/channel.ts";

/** What the channel's simulator is told to do wrong with the next call about one order. */
export type ContractFault =
  | { kind: "timeout_after_commit" | "timeout_before_commit" }
  | { kind: "drop"; when: "before" | "after" }
  | { kind: "status"; status: number; code?: string }
  | { kind: "bad_signature" | "unsigned" | "stale_timestamp" | "unknown_serial" | "probe" | "unknown_result" };

export type ContractCallbackFault =
  | "forged"
  | "probe"
  | { kind: "duplicate"; count: number }
  | { kind: "wrong_amount"; amount: number }
  | { kind: "wrong_merchant" };

/** What becomes of the next refund of an order. */
type RefundFate = "not_enough" | "closed" | "abnormal";

/** How the payer at a counter behaves. */
export interface AtCounter {
  password?: boolean;
  balance?: "not_enough";
}

/** A channel that can be driven from both sides: as the account, and as the payer. */
export interface ChannelHarness {
  /** As `readCredentials` takes them; the endpoint is the simulator's. */
  credentials: Readonly<Record<string, string>>;
  /** The same account after a change of keys that the channel has not heard of. */
  successor: Readonly<Record<string, string>>;
  /** Texts that no outcome and no error may hold. */
  secrets: readonly string[];
  /** Where the notifications about an order are caught. */
  notifyUrl(attemptNo: string): string;
  fault(options: { operation: Operation; attemptNo: string; fault: ContractFault }): void;
  callbackFault(options: { attemptNo: string; fault: ContractCallbackFault }): void;
  /** How many calls about an order reached the channel. */
  calls(attemptNo: string): number;
  /** What a scene needs beside the order; at a counter the payer shows a fresh code. */
  input(scene: Scene, payer?: AtCounter): SceneInput;
  /** The payer goes where the business sends him; gives the code by which he pays. */
  follow(action: PayerAction): Promise<string>;
  /** The payer scans, and pays. */
  scan(code: string): void;
  pay(code: string): void;
  /** The payer who was asked for a password types it, or turns away. */
  confirm(authCode: string): void;
  refuse(authCode: string): void;
  refundFate(options: { attemptNo: string; fate: RefundFate }): void;
  /** Fen that the merchant has of an order by the channel's own books, refunds under way taken off. */
  kept(attemptNo: string): number;
  /** The channel's own time, in epoch ms, which a test may move forward; what calls are signed with stays as it is. */
  now(): number;
  advance(ms: number): void;
  /** From now on that bill comes with a wrong hash or a broken archive. */
  spoilBill(options: { billKind: BillKind; businessDay: string }): void;
  /** The notifications caught about an order, once there are at least `count`. */
  notifications(attemptNo: string, count: number): Promise<RawNotification[]>;
  stop(): Promise<void>;
}

export interface ChannelContract<Credentials> {
  plugin: ChannelPlugin<Credentials>;
  open(): Promise<ChannelHarness>;
  /** Faults that only this channel knows and that leave the outcome unknown. */
  unknownFaults: readonly ContractFault[];
  /** What the first call of a connection comes to at a broken server: `unsent` when it must fetch keys before it dares to charge, else `unknown`. */
  coldOutcome?: "unknown" | "unsent";
  /** Forgeries that only this channel knows. */
  forgeries: readonly ContractCallbackFault[];
  /** Ends of a refund beside success that only this channel knows. */
  refundEnds: readonly ("closed" | "abnormal")[];
}

export type Operation = "create" | "query" | "close" | "cancel" | "refund" | "refund_query";
