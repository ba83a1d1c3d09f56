/** A call that got no answer of payhub's: nothing came back, or something else than payhub answered. */
export class TransportFailure extends Error {
  override readonly name = "TransportFailure";
  /** The HTTP status of the foreign answer; undefined when none came. */
  readonly status: number | undefined;

  constructor(message: string, options: { status?: number; cause?: unknown } = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.status = options.status;
  }

  /** Whether the same request may fare better: no answer, or a proxy that did not reach payhub. */
  get passing(): boolean {
    return this.status === undefined || [502, 503, 504].includes(this.status);
  }
}
