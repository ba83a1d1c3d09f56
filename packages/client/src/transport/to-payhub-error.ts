import { TRPCClientError } from "@trpc/client";
import { ERROR_CODES, PayhubError, type PayhubErrorCode } from "../error.ts";
import { TransportFailure } from "./failure.ts";
import { errorViewOf } from "./signed-fetch.ts";

/** What was called; a mutation names its key, under which it may be repeated. */
export interface CallFacts {
  type: "query" | "mutation";
  idempotencyKey?: string | undefined;
}

/** Turns whatever a call was rejected with into the client's own error. */
export function toPayhubError(thrown: unknown, call: CallFacts): PayhubError {
  if (thrown instanceof PayhubError) return thrown;
  return fromAnswer(thrown, call) ?? fromTransport(failureOf(thrown), call);
}

/** The error that payhub answered with; undefined when payhub did not answer. */
export function fromAnswer(thrown: unknown, call: CallFacts): PayhubError | undefined {
  const view = thrown instanceof TRPCClientError && thrown.shape ? errorViewOf({ error: thrown.shape }) : undefined;
  if (!view) return undefined;
  const { code, message, retryable, details, traceId }: Record<string, unknown> = { ...view };
  const known = isKnown(code);
  const keyed = retryable === true && call.idempotencyKey !== undefined;
  return new PayhubError({
    code: known ? code : "INTERNAL",
    message: typeof message === "string" ? message : "payhub refused the call without saying why",
    retryable: retryable === true,
    details: {
      ...(typeof details === "object" && details !== null && details),
      ...(!known && { serverCode: code }),
      ...(keyed && { idempotencyKey: call.idempotencyKey }),
    },
    traceId: typeof traceId === "string" ? traceId : "",
  });
}

/** Why a call got no answer of payhub's. */
export function failureOf(thrown: unknown): TransportFailure {
  const cause = thrown instanceof TRPCClientError ? (thrown.cause ?? thrown) : thrown;
  if (cause instanceof TransportFailure) return cause;
  return new TransportFailure(cause instanceof Error ? cause.message : String(cause), { cause });
}

function fromTransport(failure: TransportFailure, { type, idempotencyKey }: CallFacts): PayhubError {
  const { message, status } = failure;
  const refusedElsewhere = status !== undefined && status < 500;
  const unknown = type === "mutation" && !refusedElsewhere;
  const advice = unknown
    ? "the call may have taken effect: repeat it with the idempotencyKey in details to learn its outcome"
    : "nothing was changed";
  return new PayhubError({
    code: unknown ? "OUTCOME_UNKNOWN" : "INTERNAL",
    message: `${message}; ${advice}`,
    retryable: !refusedElsewhere,
    details: { ...(status !== undefined && { status }), ...(unknown && { idempotencyKey }) },
    cause: failure.cause ?? failure,
  });
}

function isKnown(code: unknown): code is PayhubErrorCode {
  return ERROR_CODES.some((known) => known === code);
}
