import type { CallbackTopic } from "./callbacks.ts";
import type { Channel, Operation } from "./channel.ts";

/** What goes wrong with one API call. Times in ms. */
export type Fault =
  | { kind: "delay"; ms: number }
  /** The work is done and never answered; the socket is cut after `holdMs` (60 s by default). */
  | { kind: "timeout_after_commit"; holdMs?: number }
  | { kind: "timeout_before_commit"; holdMs?: number }
  /** An HTTP error instead of the answer; the work is done only when `committed`. */
  | { kind: "status"; status: number; code?: string; committed?: boolean }
  | { kind: "drop"; when: "before" | "after" }
  | { kind: "bad_signature" }
  | { kind: "unsigned" }
  | { kind: "stale_timestamp" }
  | { kind: "unknown_serial" }
  /** WeChat Pay's deliberate wrong signature, `WECHATPAY/SIGNTEST/…`. */
  | { kind: "probe" }
  /** Alipay's code 20000: the channel itself does not know. */
  | { kind: "unknown_result"; committed?: boolean };

/** What goes wrong with one delivery of a callback. Times in ms, amounts in fen. */
export type CallbackFault =
  | "lost"
  | "forged"
  | "probe"
  | { kind: "duplicate"; count: number }
  | { kind: "delay"; ms: number }
  /** Held back until another callback of the channel was delivered. */
  | { kind: "reorder" }
  | { kind: "wrong_amount"; amount: number }
  | { kind: "wrong_merchant" };

/** What becomes of a refund; `afterMs` is business time from its acceptance, a few seconds by default. */
export type RefundOutcome =
  | { kind: "succeeded" | "closed" | "abnormal"; afterMs?: number }
  /** Refused at once: the merchant's own funds do not suffice. */
  | { kind: "not_enough" }
  /** Refused at once: the payer's account can take no money. */
  | { kind: "payer_abnormal" };

interface ScriptOptions<F> {
  channel: Channel;
  /** Only for these order numbers; all by default. */
  match?: (outTradeNo: string) => boolean;
  /** How many calls it hits; 1 by default, `Infinity` for all. */
  times?: number;
  fault: F;
}

export interface Faults {
  /** Scripts a fault for the next matching API calls. */
  script(options: ScriptOptions<Fault> & { operation: Operation }): void;
  /** Scripts a fault for the next matching callback deliveries. */
  callback(options: ScriptOptions<CallbackFault> & { topic?: CallbackTopic }): void;
  /** Scripts what becomes of the next new refunds of matching orders; a repeated request is no new refund. */
  refund(options: Omit<ScriptOptions<never>, "fault"> & { outcome: RefundOutcome }): void;
  /** Takes the oldest scripted fault for this call, if any. */
  take(call: { channel: Channel; operation: Operation; outTradeNo?: string | undefined }): Fault | undefined;
  takeCallback(delivery: { channel: Channel; outTradeNo: string; topic?: CallbackTopic }): CallbackFault | undefined;
  takeRefund(refund: { channel: Channel; outTradeNo: string }): RefundOutcome | undefined;
  /** Forgets everything scripted. */
  clear(): void;
}

interface Script<F> {
  concerns(topic: string): boolean;
  match: ((outTradeNo: string) => boolean) | undefined;
  left: number;
  fault: F;
}

export function createFaults(): Faults {
  const calls: Script<Fault>[] = [];
  const callbacks: Script<CallbackFault>[] = [];
  const refunds: Script<RefundOutcome>[] = [];
  return {
    script: ({ channel, operation, match, times = 1, fault }) => {
      calls.push({ concerns: (call) => call === `${channel}.${operation}`, match, left: times, fault });
    },
    callback: ({ channel, topic, match, times = 1, fault }) => {
      const concerns = (callback: string) =>
        topic === undefined ? callback.startsWith(`${channel}.`) : callback === `${channel}.${topic}`;
      callbacks.push({ concerns, match, left: times, fault });
    },
    refund: ({ channel, match, times = 1, outcome }) => {
      refunds.push({ concerns: (refund) => refund === channel, match, left: times, fault: outcome });
    },
    take: ({ channel, operation, outTradeNo }) => take(calls, `${channel}.${operation}`, outTradeNo),
    takeCallback: ({ channel, outTradeNo, topic = "payment" }) => take(callbacks, `${channel}.${topic}`, outTradeNo),
    takeRefund: ({ channel, outTradeNo }) => take(refunds, channel, outTradeNo),
    clear() {
      calls.length = 0;
      callbacks.length = 0;
      refunds.length = 0;
    },
  };
}

function take<F>(scripts: Script<F>[], topic: string, outTradeNo: string | undefined): F | undefined {
  const index = scripts.findIndex(
    (script) => script.concerns(topic) && (!script.match || (outTradeNo !== undefined && script.match(outTradeNo))),
  );
  const script = scripts[index];
  if (!script) return undefined;
  script.left -= 1;
  if (script.left <= 0) scripts.splice(index, 1);
  return script.fault;
}
