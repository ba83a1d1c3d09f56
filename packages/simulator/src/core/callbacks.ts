import type { Channel } from "./channel.ts";

export type CallbackTopic = "payment" | "refund";

/** What a channel asks to be sent; about a payment unless it says otherwise. */
export type NewCallback = Pick<Callback, "id" | "channel" | "outTradeNo" | "subjectKey" | "url"> & {
  topic?: CallbackTopic;
};

/** A notification that the channel owes to a merchant's URL; `id` is the channel's own notification id. */
export interface Callback {
  id: string;
  channel: Channel;
  outTradeNo: string;
  /** What it tells about. */
  topic: CallbackTopic;
  /** Key of what it is about in the channel's own books. */
  subjectKey: string;
  url: string;
  /** Deliveries made so far, lost ones included. */
  attempts: number;
  done: boolean;
}

/** The part of a callback fault that changes the message itself. */
export type Disguise =
  | { kind: "forged" }
  | { kind: "probe" }
  | { kind: "wrong_amount"; amount: number }
  | { kind: "wrong_merchant" };

interface CallbackMessage {
  headers: Record<string, string>;
  body: string;
}

/** How one channel notifies. */
export interface CallbackKind {
  /** Renders a freshly signed message, anew for each delivery. */
  render(callback: Callback, disguise: Disguise | undefined): CallbackMessage;
  accepted(answer: { status: number; body: string }): boolean;
  /** Waits before each retry, in ms. */
  retryTableMs: readonly number[];
}

/** One delivery; `status` 0 means no answer came (`body` says why), `at` is epoch ms. */
export interface Delivery {
  callbackId: string;
  channel: Channel;
  outTradeNo: string;
  topic: CallbackTopic;
  at: number;
  url: string;
  status: number;
  body: string;
  accepted: boolean;
  fault?: string | undefined;
}

export interface CallbackSender {
  /** Says how a channel notifies; once per channel, before anything is sent. */
  register(channel: Channel, kind: CallbackKind): void;
  /** Owes a callback and sends it at once (after the current turn). */
  enqueue(callback: NewCallback): void;
  /** Takes up the callbacks that a stopped simulator still owed. */
  resume(): void;
  /** Delivers now whatever the retry table says, even when it was accepted before. */
  deliverNow(id: string): Promise<Delivery>;
  pending(): Callback[];
  deliveries(): Delivery[];
  /** Resolves once nothing is being delivered at this moment. */
  idle(): Promise<void>;
  /** Cuts what is under way; it stays owed. */
  stop(): Promise<void>;
}
