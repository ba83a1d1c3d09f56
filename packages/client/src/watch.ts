import type { AppRouter, PaymentView } from "@payhub/contract";
import type { TRPCClient } from "@trpc/client";
import { type BackOff, backOffMs, pause } from "./back-off.ts";
import { PayhubError } from "./error.ts";
import { fromAnswer } from "./transport/to-payhub-error.ts";

/** What a watcher is told. */
export interface WatchObserver<Output> {
  /** The payment as it is, then each time it has changed. */
  onData?: (payment: Output) => void;
  /** The payment cannot be watched; nothing follows. Outages are bridged and not told. */
  onError?: (error: PayhubError) => void;
  /** The payment reached a final state; nothing follows. */
  onComplete?: () => void;
}

/** A subscription that runs until it is over or given up. */
export interface Subscription {
  unsubscribe(): void;
}

type Payments = Pick<TRPCClient<AppRouter>["payments"], "watch">;

/** How often `get` is asked while there is no stream, and how soon a stream that ended is opened again. */
export interface WatchTiming {
  pollMs: number;
  reopen: BackOff;
}

const TIMING: WatchTiming = { pollMs: 2_000, reopen: { baseMs: 1_000, maxMs: 15_000 } };

/** `payments.watch`: reads the server's stream, opens it again when it breaks, and polls `get` for as long as there is none. */
export function createWatch<Output extends PaymentView>(
  payments: Payments,
  get: (input: { paymentNo: string }, options: { signal: AbortSignal }) => Promise<Output>,
  { pollMs, reopen }: WatchTiming = TIMING,
) {
  const subscribe = (input: { paymentNo: string }, observer: WatchObserver<Output>): Subscription => {
    const over = new AbortController();
    let live = false;
    let failures = 0;
    let lastSeen = "";
    const end = (tell?: () => void) => {
      if (over.signal.aborted) return;
      over.abort();
      tell?.();
    };
    const see = (payment: Output) => {
      const seen = JSON.stringify(payment);
      if (over.signal.aborted || seen === lastSeen) return;
      lastSeen = seen;
      observer.onData?.(payment);
      if (payment.status !== "created") end(observer.onComplete);
    };
    const fail = (error: unknown) => {
      if (error instanceof PayhubError && !error.retryable) end(() => observer.onError?.(error));
    };
    const stream = async () => {
      while (!over.signal.aborted) {
        const broken = await readStream(payments, input, {
          see,
          setLive: (now) => {
            live = now;
            if (now) failures = 0;
          },
          signal: over.signal,
        });
        live = false;
        fail(broken);
        await pause(backOffMs(++failures, reopen), over.signal);
      }
    };
    const poll = async () => {
      while (!over.signal.aborted) {
        await pause(pollMs, over.signal);
        if (live || over.signal.aborted) continue;
        await get(input, { signal: over.signal }).then((payment) => !live && see(payment), fail);
      }
    };
    void stream();
    void poll();
    return { unsubscribe: () => end() };
  };
  return { subscribe };
}

interface Reader {
  see(payment: PaymentView): void;
  setLive(live: boolean): void;
  signal: AbortSignal;
}

/** Reads one stream to its end; resolves with payhub's error if that ended it. */
function readStream(
  payments: Payments,
  input: { paymentNo: string },
  { see, setLive, signal }: Reader,
): Promise<PayhubError | undefined> {
  const refusalOf = (error: unknown) => fromAnswer(error, { type: "query" });
  return new Promise((resolve) => {
    const subscription = payments.watch.subscribe(input, {
      signal,
      onConnectionStateChange: ({ state, error }) => {
        setLive(state === "pending");
        // The link opens the stream again after errors that it takes for passing; payhub may have said otherwise.
        const refusal = refusalOf(error);
        if (refusal && !refusal.retryable) resolve(refusal);
      },
      onData: see,
      onError: (error) => resolve(refusalOf(error)),
      onComplete: () => resolve(undefined),
    });
    signal.addEventListener("abort", () => subscription.unsubscribe(), { once: true });
  });
}
