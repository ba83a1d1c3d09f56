import { createWriteStream } from "node:fs";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import type { DayPlan, PlannedLine } from "./plan.ts";

const LINES_AT_ONCE = 1_000;

/** Writes the same lines as the bill for the floor: number and amount in fen with a tab between, in the order of the numbers. */
export async function writeSorted(plan: DayPlan, { path, lines }: { path: string; lines: number }): Promise<void> {
  await pipeline(Readable.from(textsOf(plan, lines)), createWriteStream(path));
}

function* textsOf(plan: DayPlan, lines: number): Generator<string> {
  for (const isForeign of [true, false]) {
    let text = "";
    for (let index = 0; index < lines; index++) {
      if (plan.isForeign(index) === isForeign) text += rowOf(plan.line(index));
      if (index % LINES_AT_ONCE < LINES_AT_ONCE - 1) continue;
      yield text;
      text = "";
    }
    yield text;
  }
}

function rowOf({ outTradeNo, amount, isMalformed }: PlannedLine): string {
  return `${outTradeNo}\t${isMalformed ? `${amount}.5` : amount}\n`;
}
