import type { FloorRun } from "./floor/main.ts";
import type { OursRun } from "./ours/main.ts";

/** One round of both programs in one line. */
export function formatRound(result: {
  round: number;
  lines: number;
  floor: Pick<FloorRun, "ms">;
  ours: Pick<OursRun, "ms" | "stages">;
}): string {
  const { round, lines, floor, ours } = result;
  const of = ({ ms }: { ms: number }) => `${seconds(ms)} (${((lines * 1_000) / ms).toFixed(0)} lines/s)`;
  const stages = Object.entries(ours.stages).map(([stage, ms]) => `${stage} ${seconds(ms)}`);
  return `round ${round}: floor ${of(floor)}, ours ${of(ours)}: ${stages.join(", ")}`;
}

function seconds(ms: number): string {
  return `${(ms / 1_000).toFixed(2)} s`;
}

type Memory = Pick<OursRun, "peakRssKib"> & { lines: number };

/** The memory of two runs beside each other. */
export function formatMemory(few: Memory, many: Memory): string {
  const mib = ({ lines, peakRssKib }: Memory) =>
    `${lines} lines: ${peakRssKib === undefined ? "not known" : `${(peakRssKib / 1_024).toFixed(0)} MiB`}`;
  const ratio =
    few.peakRssKib === undefined || many.peakRssKib === undefined
      ? ""
      : `, ratio ${(many.peakRssKib / few.peakRssKib).toFixed(2)}`;
  return `peak rss ${mib(few)}, ${mib(many)}${ratio}`;
}
