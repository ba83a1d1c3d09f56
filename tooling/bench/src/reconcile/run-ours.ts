import { rm } from "node:fs/promises";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { startWorker } from "../process/worker.ts";
import { countWork, forgetWork } from "./books.ts";
import type { OursRun, OursVerbs } from "./ours/main.ts";
import { expectedOf } from "./plan.ts";
import type { DayStage } from "./stage.ts";

/** Reconciles the day in a process of its own, as if for the first time, and checks that it found what was planted. */
export async function runOurs(stage: DayStage, lines: number): Promise<OursRun> {
  const { databaseUrl, masterKey, shop, businessDay, ctx } = stage;
  const bills = join(stage.directory, "bills");
  await forgetWork(ctx.store.db);
  await rm(bills, { recursive: true, force: true });
  const worker = await startWorker<OursVerbs>(new URL("./ours/main.ts", import.meta.url));
  try {
    const billStoreUrl = pathToFileURL(bills).href;
    const { accountNo } = shop;
    const run = await worker.ask("run", { databaseUrl, masterKey, billStoreUrl, accountNo, businessDay });
    checkWork(await countWork(ctx.store.db), lines);
    return run;
  } finally {
    await worker.stop();
  }
}

function checkWork({ differences, matched }: Awaited<ReturnType<typeof countWork>>, lines: number): void {
  const expected = expectedOf(lines);
  const classes = new Set([...differences.keys(), ...Object.keys(expected.differences)]);
  const wrong = [...classes].flatMap((name) => {
    const [found = 0, planted = 0] = [differences.get(name), expected.differences[name]];
    return found === planted ? [] : `${name}: ${found} found, ${planted} planted`;
  });
  if (matched !== expected.matched) wrong.push(`matched lines: ${matched} counted, ${expected.matched} planted`);
  if (wrong.length > 0) throw new Error(`what was found is not what was planted:\n${wrong.join("\n")}`);
}
