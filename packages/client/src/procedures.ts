import { randomUUID } from "node:crypto";
import type { TRPCProcedureOptions } from "@trpc/client";
import type { CallContext } from "./transport/retry-link.ts";
import { toPayhubError } from "./transport/to-payhub-error.ts";

/** `signal` gives a call up: it rejects with the signal's reason, and a mutation may have taken effect all the same. */
export interface CallOptions {
  signal?: AbortSignal;
}

/** A call that changes nothing. */
export interface Query<Input, Output> {
  query(input: Input, options?: CallOptions): Promise<Output>;
}

/** A call that changes something, once per `idempotencyKey`; the client makes a key when the input has none. */
export interface Mutation<Input, Output> {
  mutate(input: WithOptionalKey<Input>, options?: CallOptions): Promise<Output>;
}

/** An input whose idempotency key may be left out; of a union, each member on its own. */
export type WithOptionalKey<Input> = Input extends unknown
  ? Omit<Input, "idempotencyKey"> & { idempotencyKey?: string }
  : never;

type Send<Input, Output> = (input: Input, options?: TRPCProcedureOptions) => Promise<Output>;
type ContextOf<Input> = (input: Input) => CallContext;

/** The client's side of a query. */
export function query<Input, Output>(send: Send<Input, Output>): Query<Input, Output> {
  return { query: (input, options = {}) => settle(send(input, options), { ...options, type: "query" }) };
}

/** The client's side of a mutation. */
export function mutation<Input, Output>(
  send: Send<Input, Output>,
  contextOf: ContextOf<WithOptionalKey<Input>> = () => ({}),
): Mutation<Input, Output> {
  return {
    mutate: (input, options = {}) => {
      const { idempotencyKey = randomUUID() }: { idempotencyKey?: string } = input;
      // The compiler does not see that leaving a field out and putting it back gives the same type.
      const keyed = { ...input, idempotencyKey } as Input;
      const sent = send(keyed, { ...options, context: { ...contextOf(input) } });
      return settle(sent, { ...options, type: "mutation", idempotencyKey });
    },
  };
}

async function settle<Output>(
  sent: Promise<Output>,
  call: CallOptions & { type: "query" | "mutation"; idempotencyKey?: string },
): Promise<Output> {
  const { signal } = call;
  let onAbort = () => {};
  // A call that waits to be repeated does not listen to its signal.
  const aborted = new Promise<never>((_, reject) => {
    onAbort = () => reject(signal?.reason);
  });
  if (signal?.aborted) onAbort();
  signal?.addEventListener("abort", onAbort, { once: true });
  try {
    return await Promise.race([aborted, sent]);
  } catch (thrown) {
    if (signal?.aborted) throw signal.reason;
    throw toPayhubError(thrown, call);
  } finally {
    signal?.removeEventListener("abort", onAbort);
  }
}
