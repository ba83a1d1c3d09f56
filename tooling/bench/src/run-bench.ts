import type { BenchOptions } from "./options.ts";
import type { RoundResult } from "./report.ts";
import { type Plan, prepareRound, runRound } from "./round.ts";
import type { Stage } from "./stage.ts";

const WARM_UP_SECONDS = 60;

// Requests are made ready for a program that is this much faster than it was when it was warming up.
const HEADROOM = 1.6;

/** Runs both programs in turns, after a warm-up that does not count; each run ends with an audit of the books. */
export async function runBench(
  stage: Stage,
  { bench, clients, seconds, rounds, warmUp }: BenchOptions,
  log: (line: string) => void,
): Promise<RoundResult[]> {
  const results: RoundResult[] = [];
  let plan: Plan = { bench, clients, seconds: WARM_UP_SECONDS, count: warmUp };
  for (let round = 0; round <= rounds; round++) {
    log(round === 0 ? "warming up" : `round ${round} of ${rounds}`);
    const orders = await prepareRound(stage, plan);
    let fastest = 0;
    for (const target of stage.targets) {
      const result = { ...(await runRound(stage, target, plan)), round };
      const violations = await target.audit(orders.slice(0, result.calls));
      if (violations.length > 0) throw new Error(`the books do not hold:\n${violations.slice(0, 20).join("\n")}`);
      fastest = Math.max(fastest, result.acknowledgedPerSecond);
      if (round > 0) results.push(result);
    }
    if (round === 0) plan = { ...plan, seconds, count: Math.ceil(fastest * seconds * HEADROOM) };
  }
  return results;
}
