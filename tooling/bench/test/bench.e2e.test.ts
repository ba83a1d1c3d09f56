import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { testServices } from "@payhub/testkit";
import { expect, it } from "vitest";

const MAIN = fileURLToPath(new URL("../src/main.ts", import.meta.url));
const QUICK = ["--seconds", "1", "--rounds", "1", "--clients", "8", "--warm-up", "100"];

it.each(["create", "callback"])("%s is measured beside the floor, and the books hold", async (bench) => {
  const { mysqlUrl, redisUrl } = testServices();
  const env = { ...process.env, PAYHUB_MYSQL_URL: mysqlUrl, PAYHUB_REDIS_URL: redisUrl };
  const { stdout } = await promisify(execFile)(process.execPath, [MAIN, bench, ...QUICK], { env });
  const lines = stdout.trimEnd().split("\n");
  expect(lines.at(-1)).toMatch(new RegExp(`^${bench} ratio=\\d+\\.\\d\\d$`));
  expect(lines.at(-2)).toMatch(/^median: floor \d+\/s, ours \d+\/s; invariants hold$/);
  expect(lines.filter((line) => /^\s*(floor|ours)\s/.test(line))).toHaveLength(2);
});
