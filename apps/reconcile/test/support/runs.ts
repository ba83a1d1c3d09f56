/** One run of a job that found work, in epoch ms. */
export interface Run {
  job: string;
  pid: number;
  startedAt: number;
  endedAt: number;
}

/** Reads the runs from processes' logs: those of each job, in order. */
export function runsOf(outputs: readonly string[]): Map<string, Run[]> {
  const runs = outputs
    .flatMap((output) => output.split("\n"))
    .filter((line) => line.includes('"msg":"job ran"'))
    .map((line) => JSON.parse(line) as { job: string; pid: number; time: string; ms: number })
    .map(({ job, pid, time, ms }) => ({ job, pid, startedAt: Date.parse(time) - ms, endedAt: Date.parse(time) }))
    .sort((a, b) => a.endedAt - b.endedAt);
  return Map.groupBy(runs, ({ job }) => job);
}
