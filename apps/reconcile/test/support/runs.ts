/** One run of a job that found work, in epoch ms. */
export interface Run {
  job: string;
  pid: number;
  startedAt: number;
  endedAt: number;
}

/** Reads the runs from processes' logs, and gives each pair of runs of one job that followed each other. */
export function runsOf(outputs: readonly string[]): [Run, Run][] {
  const runs = outputs
    .flatMap((output) => output.split("\n"))
    .filter((line) => line.includes('"msg":"job ran"'))
    .map((line) => JSON.parse(line) as { job: string; pid: number; time: string; ms: number })
    .map(({ job, pid, time, ms }) => ({ job, pid, startedAt: Date.parse(time) - ms, endedAt: Date.parse(time) }))
    .sort((a, b) => a.endedAt - b.endedAt);
  return [...Map.groupBy(runs, ({ job }) => job).values()].flatMap((own) =>
    own.slice(1).map((run, index): [Run, Run] => [own[index] as Run, run]),
  );
}
