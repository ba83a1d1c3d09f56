import { expect, test } from "vitest";
import { createCallLog } from "./calls.ts";

test("the log keeps the newest 100,000 calls", () => {
  const log = createCallLog();
  for (let at = 0; at < 200_005; at++) log.record({ channel: "alipay", operation: "query", at, outcome: "10000" });
  const calls = log.list();
  expect(calls).toHaveLength(100_000);
  expect([calls[0]?.at, calls.at(-1)?.at]).toEqual([100_005, 200_004]);
});
