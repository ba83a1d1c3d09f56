import { readOptions } from "./options.ts";
import { formatRounds } from "./report.ts";
import { runBench } from "./run-bench.ts";
import { openStage } from "./stage.ts";
import { median } from "./statistics.ts";

async function main(): Promise<void> {
  const options = readOptions(process.argv.slice(2));
  const log = (line: string) => console.error(`bench: ${line}`);
  const stage = await openStage({ profileDir: options.profileDir, log });
  for (const signal of ["SIGINT", "SIGTERM"] as const) {
    process.once(signal, () => stage.stop().finally(() => process.exit(1)));
  }
  const results = await runBench(stage, options, log).finally(stage.stop);
  const rateOf = (name: "floor" | "ours") =>
    median(results.filter(({ target }) => target === name).map(({ appliedPerSecond }) => appliedPerSecond));
  const [floor, ours] = [rateOf("floor"), rateOf("ours")];
  console.log(formatRounds(results));
  console.log(`median: floor ${floor.toFixed(0)}/s, ours ${ours.toFixed(0)}/s; invariants hold`);
  console.log(`${options.bench} ratio=${(ours / floor).toFixed(2)}`);
}

main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
});
