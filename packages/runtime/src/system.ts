import { randomBytes } from "node:crypto";
import type { Clock, Randomness } from "@payhub/domain";

/** The machine's own time. */
export const systemClock: Clock = { now: () => Date.now() };

/** The machine's own chance. */
export const systemRandom: Randomness = { bytes: (size) => randomBytes(size), fraction: () => Math.random() };
