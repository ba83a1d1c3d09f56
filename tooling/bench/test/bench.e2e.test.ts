import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { testServices } from "@payhub/testkit";
import { expect, it } from "vitest";

const MAIN = fileURLToPath(new URL("../src/main.ts", import.meta.url));
const QUICK = ["--seconds", "1", "--rounds", "1", "--clients", "8", "--warm-up", "100"];

async function run(...args: string[]): Promise<string[]> {
  const { mysqlUrl, redisUrl } = testServices();
  const env = { ...process.env, PAYHUB_MYSQL_URL: mysqlUrl, PAYHUB_REDIS_URL: redisUrl };
  const { stdout } = await promisify(execFile)(process.execPath, [MAIN, ...args], { env });
  return stdout.trimEnd().split("\n");
}

it.each(["create", "callback"])("%s is measured beside the floor, and the books hold", async (bench) => {
  const lines = await run(bench, ...QUICK);
  expect(lines.at(-1)).toMatch(new RegExp(`^${bench} ratio=\\d+\\.\\d\\d$`));
  expect(lines.at(-2)).toMatch(/^median: floor \d+\/s, ours \d+\/s; invariants hold$/);
  expect(lines.filter((line) => /^\s*(floor|ours)\s/.test(line))).toHaveLength(2);
});

it("reconcile is measured beside the floor, and what was planted is found", async () => {
  const lines = await run("reconcile", "--lines", "5000", "--rounds", "1");
  expect(lines.at(-1)).toMatch(/^reconcile ratio=\d+\.\d\d$/);
  expect(lines.at(-2)).toMatch(/^peak rss 1000 lines: \d+ MiB, 10000 lines: \d+ MiB, ratio \d+\.\d\d$/);
  expect(lines.at(-3)).toMatch(/^median: floor \d+ lines\/s, ours \d+ lines\/s; 41 differences found = planted$/);
  expect(lines.at(-4)).toMatch(/^round 1: floor .* ours .* download .* parse .* match .* report /);
});
