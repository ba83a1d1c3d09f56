import { readFileSync } from "node:fs";
import { type ReconcileContext, type RunProgress, reconcileDay } from "@payhub/services";
import { openBillStore } from "@payhub/store";
import { openContext } from "../../ours/context.ts";
import { answerParent } from "../../process/worker.ts";

/** What one run came to and how long it took. */
export interface OursRun {
  ms: number;
  /** How long each stage took. */
  stages: Readonly<Record<string, number>>;
  /** The most memory that the process ever had; undefined where that cannot be told. */
  peakRssKib: number | undefined;
}

export type OursVerbs = {
  run: (input: {
    databaseUrl: string;
    masterKey: { id: string; key: string };
    billStoreUrl: string;
    accountNo: string;
    businessDay: string;
  }) => Promise<OursRun>;
};

async function run(input: Parameters<OursVerbs["run"]>[0]): Promise<OursRun> {
  const { databaseUrl, masterKey, billStoreUrl, accountNo, businessDay } = input;
  const services = await openContext({ databaseUrl, masterKey });
  const ctx: ReconcileContext = {
    ...services,
    bills: await openBillStore({ url: billStoreUrl, clock: services.clock }),
  };
  try {
    const watch = watchStages();
    const request = { accountNo, businessDay, requestedBy: "bench" };
    const done = await reconcileDay(ctx, request, { holder: "bench", onProgress: watch.take });
    const { ms, stages } = watch.stop();
    if (done === "busy" || done.runState !== "done") throw new Error(`the run did not end: ${JSON.stringify(done)}`);
    return { ms, stages, peakRssKib: peakRssKib() };
  } finally {
    await ctx.bills.close();
    await ctx.coordination.close();
    await ctx.store.close();
  }
}

/** Takes the time from now on; a stage lasts until the next one is told of. */
function watchStages() {
  const startedAt = performance.now();
  const stages: Record<string, number> = {};
  let at = "begin";
  let since = startedAt;
  function turn(to: string): void {
    const nowMs = performance.now();
    stages[at] = (stages[at] ?? 0) + nowMs - since;
    since = nowMs;
    at = to;
  }
  return {
    take: ({ stage }: RunProgress) => turn(stage),
    stop() {
      turn("end");
      return { ms: since - startedAt, stages };
    },
  };
}

function peakRssKib(): number | undefined {
  try {
    const [, kib] = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync("/proc/self/status", "utf8")) ?? [];
    return kib === undefined ? undefined : Number(kib);
  } catch {
    return undefined;
  }
}

answerParent({ run } satisfies OursVerbs);
