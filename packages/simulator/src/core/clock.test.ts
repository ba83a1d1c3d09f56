import { afterEach, expect, test } from "vitest";
import type { SimClock } from "./clock.ts";
import { createSimClock } from "./clock.ts";

let clock: SimClock;
afterEach(() => clock.stop());

const waitMs = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

test("business time moves by advance, wire time does not", () => {
  clock = createSimClock({ now: () => 1000 });
  clock.advance(500);
  expect([clock.now(), clock.wireNow()]).toEqual([1500, 1000]);
});

test("a schedule runs speed times faster, in order", async () => {
  clock = createSimClock({ speed: 100_000 });
  const startedAt = performance.now();
  const ran: string[] = [];
  clock.schedule(6 * 3_600_000, () => ran.push("6 h"));
  clock.schedule(3_600_000, () => ran.push("1 h"));
  await expect.poll(() => ran).toEqual(["1 h", "6 h"]);
  expect(performance.now() - startedAt).toBeGreaterThanOrEqual(215);
});

test("advancing makes schedules due, and only those", async () => {
  clock = createSimClock();
  const ran: string[] = [];
  clock.schedule(60_000, () => ran.push("1 min"));
  clock.schedule(120_000, () => ran.push("2 min"));
  clock.advance(61_000);
  await waitMs(20);
  expect(ran).toEqual(["1 min"]);
});

test("waits longer than a Node timer can hold neither fire at once nor spin", async () => {
  clock = createSimClock();
  const seen: string[] = [];
  const onWarning = (warning: Error) => seen.push(warning.name);
  process.on("warning", onWarning);
  clock.schedule(40 * 24 * 3_600_000, () => seen.push("ran"));
  await waitMs(20);
  process.off("warning", onWarning);
  expect(seen).toEqual([]);
});

test("cancelled and stopped schedules never run", async () => {
  clock = createSimClock();
  const ran: string[] = [];
  clock.schedule(1, () => ran.push("cancelled"))();
  clock.schedule(5, () => ran.push("stopped"));
  clock.stop();
  clock.schedule(1, () => ran.push("late"));
  await waitMs(30);
  expect(ran).toEqual([]);
});
