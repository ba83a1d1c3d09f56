import { hostname } from "node:os";
import type { Randomness } from "@payhub/domain";

const HOLDER_CHARACTERS = 32;
const HOLDER_RANDOM_BYTES = 6;

/** Names this process as a leader, unlike every other. */
export function nameHolder(random: Randomness): string {
  const unique = Buffer.from(random.bytes(HOLDER_RANDOM_BYTES)).toString("hex");
  const own = `${process.pid}-${unique}`;
  return `${hostname().slice(0, HOLDER_CHARACTERS - own.length - 1)}-${own}`;
}
