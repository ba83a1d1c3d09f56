import type { BenchName } from "./options.ts";
import type { SeededOrder } from "./seeded-order.ts";

/** A program that is measured. */
export interface Target {
  name: "floor" | "ours";
  url: string;
  pid: number;
  /** Stores orders that wait for their payers. */
  seed(orders: readonly SeededOrder[]): Promise<void>;
  /** The last row of the effects that a bench is about: orders that wait for their payers, or events. */
  lastEffect(bench: BenchName): Promise<number>;
  /** How many effects there are after a row. */
  countEffects(bench: BenchName, afterRow: number): Promise<number>;
  /** Waits until the program has nothing left to do in the background. */
  quiet(): Promise<void>;
  /** What is wrong with its books, given what else the channel says was paid; nothing when they hold. */
  audit(newlyPaid: readonly SeededOrder[]): Promise<string[]>;
  stop(): Promise<void>;
}
