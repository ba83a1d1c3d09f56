import { setImmediate } from "node:timers/promises";
import { expect, it } from "vitest";
import { createGroup } from "./group.ts";

function gate() {
  const runs: number[][] = [];
  const open: (() => void)[] = [];
  const run = async (items: readonly number[]) => {
    runs.push([...items]);
    await new Promise<void>((resolve) => open.push(resolve));
    if (items.length > 1 && items.includes(13)) throw new Error("together");
    if (items.includes(13)) throw new Error("alone");
    return items.map((item) => item * 10);
  };
  const next = async () => {
    open.shift()?.();
    await setImmediate();
  };
  return { runs, run, next };
}

it("runs an item alone at once and gathers what comes meanwhile", async () => {
  const { runs, run, next } = gate();
  const group = createGroup(run, { atOnce: 1, limit: 10 });
  const results = [1, 2, 3].map(group);
  expect(runs).toEqual([[1]]);
  await next();
  expect(runs).toEqual([[1], [2, 3]]);
  await next();
  expect(await Promise.all(results)).toEqual([10, 20, 30]);
});

it("keeps to its limits", async () => {
  const { runs, run, next } = gate();
  const group = createGroup(run, { atOnce: 2, limit: 2 });
  const results = [1, 2, 3, 4, 5].map(group);
  expect(runs).toEqual([[1], [2]]);
  await next();
  expect(runs).toEqual([[1], [2], [3, 4]]);
  await next();
  await next();
  await next();
  expect(runs).toEqual([[1], [2], [3, 4], [5]]);
  expect(await Promise.all(results)).toEqual([10, 20, 30, 40, 50]);
});

it("runs each by itself when a run of several fails, so that one spoils nothing for the others", async () => {
  const { runs, run, next } = gate();
  const group = createGroup(run, { atOnce: 1, limit: 10 });
  const results = [1, 2, 13, 4].map(group);
  const outcomes = Promise.allSettled(results);
  for (let step = 0; step < 6; step++) await next();
  expect(runs).toEqual([[1], [2, 13, 4], [2], [13], [4]]);
  expect(await outcomes).toMatchObject([
    { value: 10 },
    { value: 20 },
    { status: "rejected", reason: new Error("alone") },
    { value: 40 },
  ]);
});
