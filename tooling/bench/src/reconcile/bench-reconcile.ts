import { join } from "node:path";
import { median } from "../statistics.ts";
import type { FloorRun } from "./floor/main.ts";
import type { OursRun } from "./ours/main.ts";
import { expectedOf } from "./plan.ts";
import { formatMemory, formatRound } from "./report.ts";
import { runFloor } from "./run-floor.ts";
import { runOurs } from "./run-ours.ts";
import { seedBooks } from "./seed-books.ts";
import { type DayStage, onDayStage } from "./stage.ts";
import { writeBill } from "./write-bill.ts";
import { writeSorted } from "./write-sorted.ts";

/** The memory is that of a fifth of the lines and of twice as many. */
const FEW = 0.2;
const MANY = 2;

/** How much is measured: a bill of `lines` lines, `rounds` times. */
export interface ReconcileBenchOptions {
  lines: number;
  rounds: number;
}

/**
 * Reconciles a day beside a bare comparison of the same rows, in turns; gives the lines of the report, the last one the ratio of their
 * times. Throws when a run does not find exactly what was planted.
 */
export function benchReconcile(
  { lines, rounds }: ReconcileBenchOptions,
  log: (line: string) => void,
): Promise<string[]> {
  const sizes = { few: lines * FEW, many: lines * MANY };
  return onDayStage({ maxLines: sizes.many, log }, async (stage) => {
    await prepare(stage, { from: 0, lines: sizes.few, log });
    log(`one run of ${sizes.few} lines`);
    const few = { lines: sizes.few, ...(await runOurs(stage, sizes.few)) };
    await prepare(stage, { from: sizes.few, lines, log });
    const { report, ratio } = await runRounds(stage, { lines, rounds, log });
    await prepare(stage, { from: lines, lines: sizes.many, log });
    log(`one run of ${sizes.many} lines`);
    const many = { lines: sizes.many, ...(await runOurs(stage, sizes.many)) };
    return [...report, formatMemory(few, many), `reconcile ratio=${ratio.toFixed(2)}`];
  });
}

/** Makes the books and the bill of so many lines, on top of what the books have. */
async function prepare(
  { plan, databaseUrl, shop, party, directory, channel }: DayStage,
  { from, lines, log }: { from: number; lines: number; log: (line: string) => void },
): Promise<void> {
  log(`storing payments until there are ${lines}`);
  await seedBooks(plan, { databaseUrl, shop, from, to: lines });
  log("writing their bill");
  await channel.ask("issue", await writeBill(plan, { path: join(directory, "bill.csv.gz"), lines, party }));
}

async function runRounds(
  stage: DayStage,
  { lines, rounds, log }: ReconcileBenchOptions & { log: (line: string) => void },
): Promise<{ report: string[]; ratio: number }> {
  const path = join(stage.directory, "sorted.tsv");
  await writeSorted(stage.plan, { path, lines });
  const report: string[] = [];
  const floors: FloorRun[] = [];
  const ours: OursRun[] = [];
  for (let round = 1; round <= rounds; round++) {
    log(`round ${round} of ${rounds}`);
    const floor = await runFloor(stage, { path, lines });
    const own = await runOurs(stage, lines);
    floors.push(floor);
    ours.push(own);
    report.push(formatRound({ round, lines, floor, ours: own }));
  }
  const floorMs = median(floors.map(({ ms }) => ms));
  const oursMs = median(ours.map(({ ms }) => ms));
  const rates = [floorMs, oursMs].map((ms) => ((lines * 1_000) / ms).toFixed(0));
  const planted = Object.values(expectedOf(lines).differences).reduce((sum, count) => sum + count, 0);
  report.push(`median: floor ${rates[0]} lines/s, ours ${rates[1]} lines/s; ${planted} differences found = planted`);
  return { report, ratio: oursMs / floorMs };
}
