import type { BillSpoil } from "./bills.ts";

const filler = Buffer.alloc(65_536, " ");

/** A bill's uncompressed bytes as the spoils want them, in chunks: cut short, or followed by filler. */
export function* spoiledBytes(bytes: Uint8Array, spoils: readonly BillSpoil[]): Generator<Uint8Array> {
  const ends = spoils.map((spoil) => (spoil.kind === "cut" ? Math.floor(bytes.length * spoil.at) : bytes.length));
  yield bytes.subarray(0, Math.min(bytes.length, ...ends));
  let left = spoils.reduce((sum, spoil) => sum + (spoil.kind === "huge" ? spoil.bytes : 0), 0);
  for (; left > 0; left -= filler.length) yield filler.subarray(0, Math.min(left, filler.length));
}
