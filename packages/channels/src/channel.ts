import type {
  BillKind,
  BillLine,
  Clock,
  FundFlowLine,
  PayerAction,
  Randomness,
  Receipt,
  Scene,
  SceneInput,
} from "@payhub/domain";

/** What one scene can do at a channel. */
export interface SceneCapability {
  /** How long an order may stay payable, in ms. */
  minExpiresInMs: number;
  maxExpiresInMs: number;
  /**
   * The payer is present and has shown a code: the answer comes at once or within the bound, and what is then still open is
   * cancelled at the channel, `cancelAfterMs` after the charge at the earliest.
   */
  atCounter?: { askEveryMs: number; giveUpAfterMs: number; cancelAfterMs?: number };
  /** How long what the payer was given works, when that is less than the order lives; the same create gives a fresh one. */
  actionLivesMs?: number;
}

/** What a channel says of giving money back. */
export interface RefundCapability {
  /** How long after the payment money can be given back, in ms. */
  windowMs: number;
  maxPerOrder: number;
  /** The least time between two refunds of one order, in ms. */
  minGapMs: number;
}

/** Asks the channel to take money for one attempt; the same values give the same request, byte for byte in its meaning. */
export type ChargeRequest = SceneInput & {
  attemptNo: string;
  /** Fen. */
  amount: number;
  subject: string;
  /** Epoch ms when the attempt was made and when it stops being payable. */
  createdAt: number;
  expiresAt: number;
  notifyUrl: string;
};

/** Asks about one attempt: by our number, or by the channel's own where it is known. The answer must name our number either way. */
export interface QueryRequest {
  attemptNo: string;
  channelTradeNo?: string | undefined;
}

/** Asks the channel to give money back; a repeat has the same number and values. */
export interface RefundRequest {
  attemptNo: string;
  channelTradeNo: string;
  refundNo: string;
  /** Fen to give back, and fen that the order took in all. */
  amount: number;
  total: number;
  reason: string;
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
  /** Paid on the spot, as at a counter. */
  | { kind: "paid"; receipt: Receipt }
  /** The payer is being asked for a password. */
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

/** What ended an order whose payer was at the counter. */
export type CancelOutcome =
  /** No money will move, or what moved went back. */
  | { kind: "cancelled" }
  /** The channel asks for the same call again. */
  | { kind: "again" }
  /** The channel does not know the order: the charge never came, or is still on its way. */
  | { kind: "absent" }
  | Declined
  | Unknown
  | Unsent;

/** The channel will not give the money back as asked. */
export interface RefundDeclined {
  kind: "declined";
  /** `not_enough`: the merchant has no funds now, the same refund may succeed later; `number_used`: other values under this number. */
  because: "not_enough" | "exceeds_paid" | "window_passed" | "number_used" | "refused";
  code: string;
  message: string;
}

/** How a refund stands at its channel. */
export type RefundOutcome =
  | { kind: "succeeded"; channelRefundNo: string | null; succeededAt: number; amount: number }
  | { kind: "processing"; channelRefundNo: string | null }
  /** The payer's account cannot take it; people finish it at the channel. Not final. */
  | { kind: "abnormal"; channelRefundNo: string | null }
  /** The channel gave up; the money stayed with the merchant. */
  | { kind: "closed"; channelRefundNo: string | null }
  | RefundDeclined
  | Unknown
  | Unsent;

/** What asking about a refund came to; `absent`: the channel knows no refund of this number. */
export type RefundQueryOutcome = RefundOutcome | { kind: "absent" };

/** Asks for the bill of one business day (`2026-11-20`, Asia/Shanghai); its bytes go to the new file `path`, as they come. */
export interface BillRequest {
  billKind: BillKind;
  businessDay: string;
  path: string;
}

export type BillOutcome =
  /** The file is whole: its hash, its archive and its size were checked. */
  | { kind: "fetched" }
  /** The channel says that there was no business; final. */
  | { kind: "none" }
  /** It is still being made. */
  | { kind: "not_ready" }
  /** It is not there, and the channel does not tell whether it ever will be: not made yet, or no business. */
  | { kind: "absent" }
  /** What came is not to be trusted; `path` holds it, for inspection. */
  | { kind: "refused"; reason: string }
  | Declined
  | Unknown
  | Unsent;

/** What reading a bill gives, in the order of the file. */
export type BillItem<Line = BillLine | FundFlowLine> =
  | { kind: "line"; line: Line }
  /** A line that cannot be read; the others can. `text` is its beginning. */
  | { kind: "malformed"; lineNo: number; reason: string; text: string }
  /** One of the bill's own sums that its lines do not give; checked when every line could be read, a count always. */
  | { kind: "sum_differs"; name: string; stated: string; counted: string };

/** A fetched bill that can be read no further: cut off, another account's, more than the limits allow. */
export class BillUnreadable extends Error {
  override readonly name = "BillUnreadable";
}

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
  /** Something happened to a refund: a reason to ask about it, and no more. */
  | { kind: "refund"; notificationId: string; attemptNo: string; refundNo: string }
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
  query(request: QueryRequest): Promise<QueryOutcome>;
  close(request: { attemptNo: string }): Promise<CloseOutcome>;
  /** Ends an order of a scene at the counter whatever its state: unpaid, it is closed; paid, the money goes back. */
  cancel(request: { attemptNo: string }): Promise<CancelOutcome>;
  refund(request: RefundRequest): Promise<RefundOutcome>;
  queryRefund(request: { attemptNo: string; refundNo: string }): Promise<RefundQueryOutcome>;
  /** Verifies the raw bytes first, then reads. */
  readNotification(raw: RawNotification): Promise<NotificationOutcome>;
  /** Writes the bill to a file and checks it; nothing of it is read before. Its own deadline is longer than a call's. */
  fetchBill(request: BillRequest): Promise<BillOutcome>;
  /** Reads a fetched trade bill as a stream, some items at a time; throws {@link BillUnreadable}. */
  readTradeBill(path: string): AsyncIterable<readonly BillItem<BillLine>[]>;
  /** Reads a fetched fund-flow bill likewise. */
  readFundFlowBill(path: string): AsyncIterable<readonly BillItem<FundFlowLine>[]>;
  /** Who this account is at the channel, by the names that a receipt's `payee` uses. */
  readonly payee: Readonly<Record<string, string>>;
  /** What this account can do, when that is less than its channel can. */
  readonly scenes?: ChannelPlugin["scenes"];
  /** Which bills this account can have, when those are not all: its balance may be shown to somebody else only. */
  readonly billKinds?: readonly BillKind[];
}

/** What a connection gets from its process. */
export interface ChannelRuntime {
  clock: Clock;
  random: Randomness;
  /** Overall deadline of one call to the channel, in ms, from the first byte to the last. */
  deadlineMs: number;
}

/** When a channel's bills of the day before are there. */
export interface BillCapability {
  /** The hour, Asia/Shanghai, before which asking is of no use. */
  fromHour: number;
  /** How many days back bills can be had. */
  daysBack: number;
}

/** A channel as a plugin: one folder, one line in the registry. */
export interface ChannelPlugin<Credentials = unknown> {
  readonly name: string;
  /** The name that people read. */
  readonly title: string;
  readonly scenes: Readonly<Partial<Record<Scene, SceneCapability>>>;
  readonly refunds: RefundCapability;
  readonly bills: BillCapability;
  readonly answers: { accepted: HttpAnswer; rejected: HttpAnswer };
  /** Checks stored or entered credentials; throws `PayhubError` `INVALID_INPUT` naming the field, never its value. */
  readCredentials(input: unknown): Credentials;
  /** Opens a line with the account's live credentials, newest first: calls are made with the newest, callbacks are verified with each. */
  connect(credentials: readonly [Credentials, ...Credentials[]], runtime: ChannelRuntime): ChannelConnection;
}
