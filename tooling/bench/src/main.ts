import { type BenchOptions, readOptions } from "./options.ts";
import { benchReconcile } from "./reconcile/bench-reconcile.ts";
import { formatRounds } from "./report.ts";
import { runBench } from "./run-bench.ts";
import { openStage } from "./stage.ts";
import { median } from "./statistics.ts";

const log = (line: string) => console.error(`bench: ${line}`);

async function main(): Promise<void> {
  const options = readOptions(process.argv.slice(2));
  const report = options.bench === "reconcile" ? await benchReconcile(options, log) : await benchApi(options);
  for (const line of report) console.log(line);
}

async function benchApi(options: BenchOptions): Promise<string[]> {
  const stage = await openStage({ profileDir: options.profileDir, log });
  for (const signal of ["SIGINT", "SIGTERM"] as const) {
    process.once(signal, () => stage.stop().finally(() => process.exit(1)));
  }
  const results = await runBench(stage, options, log).finally(stage.stop);
  const rateOf = (name: "floor" | "ours") =>
    median(results.filter(({ target }) => target === name).map(({ appliedPerSecond }) => appliedPerSecond));
  const [floor, ours] = [rateOf("floor"), rateOf("ours")];
  return [
    formatRounds(results),
    `median: floor ${floor.toFixed(0)}/s, ours ${ours.toFixed(0)}/s; invariants hold`,
    `${options.bench} ratio=${(ours / floor).toFixed(2)}`,
  ];
}

main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
});
