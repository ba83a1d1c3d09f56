import type { Channel, Operation } from "./channel.ts";

/** One API call as the channel saw it. `outcome` is the HTTP status or channel code, or the fault that ate the answer. */
export interface Call {
  channel: Channel;
  operation: Operation | "unknown";
  outTradeNo?: string | undefined;
  at: number;
  outcome: string;
}

export interface CallLog {
  record(call: Call): void;
  list(): Call[];
}

const capacity = 100_000;

/** Remembers the newest 100,000 calls. */
export function createCallLog(): CallLog {
  let calls: Call[] = [];
  return {
    record(call) {
      calls.push(call);
      if (calls.length >= capacity * 2) calls = calls.slice(-capacity);
    },
    list: () => calls.slice(-capacity),
  };
}
