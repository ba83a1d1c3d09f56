/** One measured round of one program. */
export interface RoundResult {
  target: "floor" | "ours";
  round: number;
  calls: number;
  acknowledgedPerSecond: number;
  /** Until the effects were in the database. */
  appliedPerSecond: number;
  p50Ms: number;
  p99Ms: number;
  /** Statements and commands that the servers were sent per call. */
  sqlPerCall: number;
  redisPerCall: number;
  /** CPU time per call by process, µs. */
  cpuUs: Readonly<Record<string, number>>;
}

/** The rounds as a table. */
export function formatRounds(results: readonly RoundResult[]): string {
  const processes = Object.keys(results[0]?.cpuUs ?? {});
  const head = [
    "",
    "round",
    "calls",
    "acked/s",
    "applied/s",
    "p50 ms",
    "p99 ms",
    "sql",
    "redis",
    ...processes.map((name) => `${name} µs`),
  ];
  const rows = results.map((result) => [
    result.target,
    String(result.round),
    String(result.calls),
    result.acknowledgedPerSecond.toFixed(0),
    result.appliedPerSecond.toFixed(0),
    result.p50Ms.toFixed(1),
    result.p99Ms.toFixed(1),
    result.sqlPerCall.toFixed(1),
    result.redisPerCall.toFixed(1),
    ...processes.map((name) => (result.cpuUs[name] ?? 0).toFixed(0)),
  ]);
  const widths = head.map((_, column) => Math.max(...[head, ...rows].map((row) => row[column]?.length ?? 0)));
  return [head, ...rows]
    .map((row) => row.map((cell, column) => cell.padStart(widths[column] ?? 0)).join("  "))
    .join("\n");
}
