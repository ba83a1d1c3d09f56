import { createLog } from "@payhub/runtime";
import { expect, test } from "vitest";
import { createBackground } from "./background.ts";

test("idle waits for every task, also for one that another task began", async () => {
  const background = createBackground(createLog({ app: "api", level: "silent" }));
  const done: string[] = [];
  const later = (name: string, ms: number) => () =>
    new Promise<void>((resolve) => setTimeout(() => resolve(void done.push(name)), ms));
  background.run(later("slow", 30), {});
  background.run(async () => {
    await later("first", 5)();
    background.run(later("second", 60), {});
  }, {});
  await background.idle();
  expect(done).toEqual(["first", "slow", "second"]);
});

test("a task that fails is logged, and harms no other", async () => {
  const lines: string[] = [];
  const background = createBackground(
    createLog({ app: "api", level: "info", destination: { write: (line) => lines.push(line) } }),
  );
  background.run(() => Promise.reject(new Error("no database")), { traceId: "t1" });
  await background.idle();
  expect(JSON.parse(lines.join(""))).toMatchObject({ level: "error", traceId: "t1", err: { message: "no database" } });
});
