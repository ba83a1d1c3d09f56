import { boundsOfDay } from "@payhub/domain";
import { startWorker } from "../process/worker.ts";
import type { FloorRun, FloorVerbs } from "./floor/main.ts";
import { expectedOf } from "./plan.ts";
import type { DayStage } from "./stage.ts";

/** Compares the sorted file with the database in a process of its own, and checks that it saw every row that is apart. */
export async function runFloor(
  { databaseUrl, shop, businessDay }: DayStage,
  { path, lines }: { path: string; lines: number },
): Promise<FloorRun> {
  const worker = await startWorker<FloorVerbs>(new URL("./floor/main.ts", import.meta.url));
  try {
    const { accountNo } = shop;
    const run = await worker.ask("run", { databaseUrl, accountNo, ...boundsOfDay(businessDay), path });
    const { rowsApart } = expectedOf(lines);
    if (run.lines !== lines || run.rowsApart !== rowsApart) {
      const found = `${run.lines} lines, ${run.rowsApart} rows apart`;
      throw new Error(`the floor found ${found}; ${lines} and ${rowsApart} were planted`);
    }
    return run;
  } finally {
    await worker.stop();
  }
}
