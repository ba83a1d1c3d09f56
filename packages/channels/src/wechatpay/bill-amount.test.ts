import { fenFromYuan } from "@payhub/domain";
import { expect, test } from "vitest";
import { fenFromBytes } from "./bill-amount.ts";

const CHARACTERS = "0123456789.-+ ";

/** Small deterministic chance, so that a failure can be repeated. */
function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

function expected(text: string): number {
  try {
    return fenFromYuan(text);
  } catch {
    return Number.NaN;
  }
}

const read = (text: string) => fenFromBytes(Buffer.from(`x${text}9`), 1, 1 + Buffer.byteLength(text));

test.each(["0", "-0.00", "0.01", "12.5", "12.50000", "12.50001", "-0.06000", "1.", ".5", "", "-", "00.10", "0.001"])(
  "%j",
  (text) => {
    expect(read(text)).toBe(expected(text));
  },
);

test("reads what the domain reads, and nothing else", () => {
  const chance = seeded(20_261_121);
  let amounts = 0;
  for (let round = 0; round < 20_000; round += 1) {
    const characters = round % 2 === 0 ? CHARACTERS : CHARACTERS.slice(0, 11);
    const length = Math.floor(chance() * 18);
    const text = Array.from({ length }, () => characters[Math.floor(chance() * characters.length)]).join("");
    if (!Object.is(read(text), expected(text)))
      expect({ text, fen: read(text) }).toEqual({ text, fen: expected(text) });
    if (!Number.isNaN(expected(text))) amounts += 1;
  }
  expect(amounts).toBeGreaterThan(1000);
});
