import { expect, it } from "vitest";
import { formatRounds } from "./report.ts";

it("shows each round in one line", () => {
  const round = {
    round: 1,
    calls: 9500,
    appliedPerSecond: 1890.4,
    p50Ms: 16.04,
    p99Ms: 33.3,
    sqlPerCall: 4.96,
    redisPerCall: 2,
  };
  const lines = formatRounds([
    { ...round, target: "floor", acknowledgedPerSecond: 1900.4, cpuUs: { program: 700, mysql: 99.6 } },
    { ...round, target: "ours", acknowledgedPerSecond: 1500, cpuUs: { program: 900 } },
  ]).split("\n");
  expect(lines.map((line) => line.trim().split(/\s{2,}/))).toEqual([
    ["round", "calls", "acked/s", "applied/s", "p50 ms", "p99 ms", "sql", "redis", "program µs", "mysql µs"],
    ["floor", "1", "9500", "1900", "1890", "16.0", "33.3", "5.0", "2.0", "700", "100"],
    ["ours", "1", "9500", "1500", "1890", "16.0", "33.3", "5.0", "2.0", "900", "0"],
  ]);
});
