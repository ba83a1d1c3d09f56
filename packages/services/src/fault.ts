/** The places where a test may kill or stop the process. */
export const FAULT_POINTS = [
  "payment.committed",
  "channel.answered",
  "inbox.committed",
  "callback.acknowledged",
  "event.committed",
] as const;
export type FaultPointName = (typeof FAULT_POINTS)[number];

/** Reached at each named place; does nothing in production. */
export type FaultPoint = (name: FaultPointName) => Promise<void> | void;

/** The fault point of production. */
export const noFault: FaultPoint = () => {};
