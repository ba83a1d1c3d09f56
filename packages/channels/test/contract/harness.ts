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
  /** The payer scans, and pays. */
  scan(codeUrl: string): void;
  pay(codeUrl: string): void;
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
}

export type Operation = "create" | "query" | "close";
