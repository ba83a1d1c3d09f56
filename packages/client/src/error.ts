/** Every code that a `PayhubError` can have. */
export const ERROR_CODES = [
  "INVALID_INPUT",
  "UNAUTHENTICATED",
  "FORBIDDEN",
  "NOT_FOUND",
  "ORDER_CONFLICT",
  "IDEMPOTENCY_KEY_REUSED",
  "IN_PROGRESS",
  "SCENE_NOT_SUPPORTED",
  "ALREADY_PAID",
  "ALREADY_CLOSED",
  "REFUND_EXCEEDS_PAID",
  "REFUND_WINDOW_PASSED",
  "CHANNEL_REJECTED",
  "CHANNEL_UNAVAILABLE",
  "OUTCOME_UNKNOWN",
  "RATE_LIMITED",
  "INTERNAL",
] as const;

/** What went wrong, as a string literal union; a code that this version does not know arrives as `INTERNAL` with `details.serverCode`. */
export type PayhubErrorCode = (typeof ERROR_CODES)[number];

/** What a `PayhubError` is made of. */
export interface PayhubErrorFields {
  code: PayhubErrorCode;
  message: string;
  retryable: boolean;
  details?: Readonly<Record<string, unknown>> | undefined;
  traceId?: string | undefined;
  cause?: unknown;
}

/**
 * What every call of the client rejects with. `retryable`: the same call may succeed later, with the same `idempotencyKey`
 * (`details.idempotencyKey` on mutations). `traceId` finds the call in payhub's logs; empty when payhub never answered.
 */
export class PayhubError extends Error {
  override readonly name = "PayhubError";
  readonly code: PayhubErrorCode;
  readonly retryable: boolean;
  readonly details: Readonly<Record<string, unknown>>;
  readonly traceId: string;

  constructor({ code, message, retryable, details, traceId, cause }: PayhubErrorFields) {
    super(message, cause === undefined ? undefined : { cause });
    this.code = code;
    this.retryable = retryable;
    this.details = details ?? {};
    this.traceId = traceId ?? "";
  }
}
