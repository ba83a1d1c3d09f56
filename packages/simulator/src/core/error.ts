export type SimulatorErrorCode =
  | "UNKNOWN_CODE"
  | "CODE_EXPIRED"
  | "ALREADY_PAID"
  | "ORDER_CLOSED"
  /** `confirm` or `refuse` of a bar code that waits for no password. */
  | "NOTHING_TO_CONFIRM"
  /** Client parameters or a link whose signature is wrong or whose fields do not fit. */
  | "INVALID_INVOCATION"
  | "UNKNOWN_CALLBACK";

/** A payer action or a control call that the channel would refuse; `code` says why. */
export class SimulatorError extends Error {
  readonly code: SimulatorErrorCode;

  constructor(code: SimulatorErrorCode, message: string) {
    super(message);
    this.name = "SimulatorError";
    this.code = code;
  }
}
