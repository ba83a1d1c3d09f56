import type { SeededOrder } from "./seeded-order.ts";

/** A program that is measured. */
export interface Target {
  name: "floor" | "ours";
  url: string;
  pid: number;
  /** Stores orders that wait for their payers. */
  seed(orders: readonly SeededOrder[]): Promise<void>;
  count(): Promise<Counts>;
  /** Waits until the program has nothing left to do in the background. */
  quiet(): Promise<void>;
  /** What is wrong with its books, given trades that the channel says were paid; nothing when they hold. */
  audit(paid: readonly SeededOrder[]): Promise<string[]>;
  stop(): Promise<void>;
}

/** What is in a program's books. */
export interface Counts {
  /** Orders that wait for their payers. */
  awaiting: number;
  /** Events of payments that succeeded. */
  events: number;
}
