// A prime beyond any number of lines.
const STRIDE = 7_368_787;

/** The indexes of `lines` lines in the order of a bill, which is not that of time. */
export function* mixedIndexes(lines: number): Generator<number> {
  for (let at = 0, index = 0; at < lines; at++, index = (index + STRIDE) % lines) yield index;
}
