/** Every code an error of payhub may have, and whether the same call may succeed when repeated with the same key. */
export const ERROR_CODES = {
  INVALID_INPUT: { retryable: false },
  UNAUTHENTICATED: { retryable: false },
  FORBIDDEN: { retryable: false },
  NOT_FOUND: { retryable: false },
  ORDER_CONFLICT: { retryable: false },
  IDEMPOTENCY_KEY_REUSED: { retryable: false },
  IN_PROGRESS: { retryable: true },
  SCENE_NOT_SUPPORTED: { retryable: false },
  ALREADY_PAID: { retryable: false },
  ALREADY_CLOSED: { retryable: false },
  REFUND_EXCEEDS_PAID: { retryable: false },
  REFUND_WINDOW_PASSED: { retryable: false },
  CHANNEL_REJECTED: { retryable: false },
  CHANNEL_UNAVAILABLE: { retryable: true },
  OUTCOME_UNKNOWN: { retryable: true },
  RATE_LIMITED: { retryable: true },
  INTERNAL: { retryable: true },
} as const satisfies Record<string, { retryable: boolean }>;
export type PayhubErrorCode = keyof typeof ERROR_CODES;

/** Facts beside a message, safe to show: never a secret, always JSON. */
export type ErrorDetails = Readonly<Record<string, unknown>>;

/** A refusal: what was wrong and what to do, under a code that reaches the caller unchanged. */
export class PayhubError extends Error {
  override readonly name = "PayhubError";
  readonly code: PayhubErrorCode;
  readonly details: ErrorDetails | undefined;

  constructor(code: PayhubErrorCode, message: string, options: { details?: ErrorDetails; cause?: unknown } = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.details = options.details;
  }

  get retryable(): boolean {
    return ERROR_CODES[this.code].retryable;
  }
}

// Rights may be given later, and a key that was reused belongs to the request that used it first.
const NEVER_STORED: ReadonlySet<PayhubErrorCode> = new Set(["UNAUTHENTICATED", "FORBIDDEN", "IDEMPOTENCY_KEY_REUSED"]);

/** Whether the answer to a refused call may be stored and given again to a repeat of that call: it would be refused the same way. */
export function isFinalRefusal(code: PayhubErrorCode): boolean {
  return !ERROR_CODES[code].retryable && !NEVER_STORED.has(code);
}
