import { expect, it } from "vitest";
import { formatMemory, formatRound } from "./report.ts";

it("shows a round in one line", () => {
  const stages = { download: 1_500, parse: 3_210 };
  expect(formatRound({ round: 2, lines: 10_000, floor: { ms: 2_000 }, ours: { ms: 8_000, stages } })).toBe(
    "round 2: floor 2.00 s (5000 lines/s), ours 8.00 s (1250 lines/s): download 1.50 s, parse 3.21 s",
  );
});

it("shows the memory of two runs and their quotient, where it is known", () => {
  const few = { lines: 1_000, peakRssKib: 180 * 1_024 };
  expect(formatMemory(few, { lines: 10_000, peakRssKib: 200 * 1_024 })).toBe(
    "peak rss 1000 lines: 180 MiB, 10000 lines: 200 MiB, ratio 1.11",
  );
  expect(formatMemory(few, { lines: 10_000, peakRssKib: undefined })).toBe(
    "peak rss 1000 lines: 180 MiB, 10000 lines: not known",
  );
});
