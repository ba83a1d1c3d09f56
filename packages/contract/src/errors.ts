import { ERROR_CODES, type ErrorDetails, PayhubError, type PayhubErrorCode } from "@payhub/domain";
import { TRPCError } from "@trpc/server";
import { ZodError } from "zod";

/** A payhub error as it travels. */
export interface PayhubErrorView {
  code: PayhubErrorCode;
  message: string;
  retryable: boolean;
  details?: ErrorDetails;
  traceId: string;
}

/** The transport's code, and so the HTTP status, of each code. */
export const TRPC_CODES = {
  INVALID_INPUT: "BAD_REQUEST",
  UNAUTHENTICATED: "UNAUTHORIZED",
  FORBIDDEN: "FORBIDDEN",
  NOT_FOUND: "NOT_FOUND",
  ORDER_CONFLICT: "CONFLICT",
  IDEMPOTENCY_KEY_REUSED: "CONFLICT",
  IN_PROGRESS: "CONFLICT",
  SCENE_NOT_SUPPORTED: "UNPROCESSABLE_CONTENT",
  ALREADY_PAID: "CONFLICT",
  ALREADY_CLOSED: "CONFLICT",
  REFUND_EXCEEDS_PAID: "UNPROCESSABLE_CONTENT",
  REFUND_WINDOW_PASSED: "UNPROCESSABLE_CONTENT",
  CHANNEL_REJECTED: "UNPROCESSABLE_CONTENT",
  CHANNEL_UNAVAILABLE: "SERVICE_UNAVAILABLE",
  OUTCOME_UNKNOWN: "GATEWAY_TIMEOUT",
  RATE_LIMITED: "TOO_MANY_REQUESTS",
  INTERNAL: "INTERNAL_SERVER_ERROR",
} as const satisfies Record<PayhubErrorCode, TRPCError["code"]>;

/** Wraps whatever a procedure threw so that the transport answers with the right status. */
export function toTrpcError(thrown: unknown): TRPCError {
  if (thrown instanceof TRPCError && !(thrown.cause instanceof PayhubError)) return thrown;
  const cause = thrown instanceof TRPCError ? thrown.cause : thrown;
  if (cause instanceof PayhubError)
    return new TRPCError({ code: TRPC_CODES[cause.code], message: cause.message, cause });
  return new TRPCError({ code: "INTERNAL_SERVER_ERROR", message: "payhub failed", cause });
}

/** What the caller is told: a refusal in its own words, bad input with its field, and nothing about a fault of ours. */
export function viewError(error: TRPCError, traceId: string): PayhubErrorView {
  const refusal = refusalOf(error);
  return {
    code: refusal.code,
    message: refusal.message,
    retryable: ERROR_CODES[refusal.code].retryable,
    ...(refusal.details && { details: refusal.details }),
    traceId,
  };
}

function refusalOf(error: TRPCError): { code: PayhubErrorCode; message: string; details?: ErrorDetails } {
  const { cause } = error;
  if (cause instanceof PayhubError) {
    return { code: cause.code, message: cause.message, ...(cause.details && { details: cause.details }) };
  }
  if (error.code === "BAD_REQUEST" && cause instanceof ZodError) return inputRefusal(cause);
  switch (error.code) {
    case "PARSE_ERROR":
    case "BAD_REQUEST":
    case "METHOD_NOT_SUPPORTED":
    case "UNSUPPORTED_MEDIA_TYPE":
    case "PAYLOAD_TOO_LARGE":
      return { code: "INVALID_INPUT", message: error.message };
    case "NOT_FOUND":
      return { code: "NOT_FOUND", message: error.message };
    default:
      return { code: "INTERNAL", message: "payhub failed to handle this call; it was reported under the trace id" };
  }
}

const MAX_ISSUES = 10;
// Zod names every unknown key, and a body holds thousands.
const MAX_ISSUE_CHARACTERS = 300;

function inputRefusal(error: ZodError): { code: PayhubErrorCode; message: string; details: ErrorDetails } {
  const issues = error.issues
    .slice(0, MAX_ISSUES)
    .map((issue) => ({ path: issue.path.join("."), message: issue.message.slice(0, MAX_ISSUE_CHARACTERS) }));
  const [first] = issues;
  const message = first ? `${first.path || "input"}: ${first.message}` : "input is not valid";
  return { code: "INVALID_INPUT", message, details: { issues } };
}
