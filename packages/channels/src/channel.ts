import type { Clock, PayerAction, Randomness, Receipt, Scene } from "@payhub/domain";

/** What one scene can do at a channel. */
export interface SceneCapability {
  /** How long an order may stay payable, in ms. */
  minExpiresInMs: number;
  maxExpiresInMs: number;
}

/** Asks the channel to take money for one attempt; the same values give the same request, byte for byte in its meaning. */
export interface ChargeRequest {
  scene: Scene;
  attemptNo: string;
  /** Fen. */
  amount: number;
  subject: string;
  /** Epoch ms when the attempt was made and when it stops being payable. */
  createdAt: number;
  expiresAt: number;
  notifyUrl: string;
}

/** The call was made and its effect is not known: a timeout after sending, a broken or unverifiable answer, a channel error. */
export interface Unknown {
  kind: "unknown";
  /** For logs and people; holds no secret. */
  reason: string;
}

/** No byte of the call left this process: nothing happened at the channel. */
export interface Unsent {
  kind: "unsent";
  reason: string;
}

/** The channel said no; `code` and `message` are its own words. */
export interface Declined {
  kind: "declined";
  /** `already_paid` and `already_closed` speak of the order at the channel, `number_used` of other parameters under this number. */
  because: "already_paid" | "already_closed" | "number_used" | "refused";
  code: string;
  message: string;
}

export type ChargeOutcome =
  | { kind: "accepted"; action: PayerAction }
  | { kind: "pending" }
  | Declined
  | Unknown
  | Unsent;

export type QueryOutcome =
  | { kind: "paid"; receipt: Receipt }
  /** The channel knows the order and nobody has paid it. */
  | { kind: "unpaid" }
  /** The channel does not know the order (yet): not a failure before the order's expiry. */
  | { kind: "absent" }
  /** Closed, revoked or expired at the channel: no money can move. */
  | { kind: "closed" }
  /** The channel or the bank failed it for good. */
  | { kind: "failed"; code: string; message: string }
  | Declined
  | Unknown
  | Unsent;

export type CloseOutcome =
  | { kind: "closed" }
  /** It was paid before it could be closed: ask. */
  | { kind: "paid" }
  /** The channel does not know the order yet and cannot close it; it stays payable until it expires. */
  | { kind: "absent" }
  | Declined
  | Unknown
  | Unsent;

/** A callback exactly as it came: header names in lower case, the body's raw bytes. */
export interface RawNotification {
  headers: Readonly<Record<string, string | undefined>>;
  body: Uint8Array;
}

/** Why a callback was not believed. */
export type RejectionReason =
  | "malformed"
  | "signature"
  | "probe"
  | "timestamp"
  | "unknown_key"
  | "algorithm"
  | "decryption"
  | "payee";

export type NotificationOutcome =
  | { kind: "payment"; notificationId: string; receipt: Receipt }
  /** Genuine, and says nothing that moves a payment. */
  | { kind: "ignored"; notificationId: string; about: string }
  | { kind: "rejected"; reason: RejectionReason };

/** What the callback gateway answers, to the letter. */
export interface HttpAnswer {
  status: number;
  headers: Readonly<Record<string, string>>;
  body: string;
}

/** One account's line to its channel. Methods never throw for what a channel or a network may do: that is an outcome. */
export interface ChannelConnection {
  create(request: ChargeRequest): Promise<ChargeOutcome>;
  query(request: { attemptNo: string }): Promise<QueryOutcome>;
  close(request: { attemptNo: string }): Promise<CloseOutcome>;
  /** Verifies the raw bytes first, then reads. */
  readNotification(raw: RawNotification): Promise<NotificationOutcome>;
  /** Who this account is at the channel, by the names that a receipt's `payee` uses. */
  readonly payee: Readonly<Record<string, string>>;
}

/** What a connection gets from its process. */
export interface ChannelRuntime {
  clock: Clock;
  random: Randomness;
  /** Overall deadline of one call to the channel, in ms, from the first byte to the last. */
  deadlineMs: number;
}

/** A channel as a plugin: one folder, one line in the registry. */
export interface ChannelPlugin<Credentials = unknown> {
  readonly name: string;
  /** The name that people read. */
  readonly title: string;
  readonly scenes: Readonly<Partial<Record<Scene, SceneCapability>>>;
  readonly answers: { accepted: HttpAnswer; rejected: HttpAnswer };
  /** Checks stored or entered credentials; throws `PayhubError` `INVALID_INPUT` naming the field, never its value. */
  readCredentials(input: unknown): Credentials;
  /** Opens a line with the account's live credentials, newest first: calls are made with the newest, callbacks are verified with each. */
  connect(credentials: readonly [Credentials, ...Credentials[]], runtime: ChannelRuntime): ChannelConnection;
}
