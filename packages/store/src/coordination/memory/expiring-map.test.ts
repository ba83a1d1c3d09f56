import { expect, test } from "vitest";
import { ExpiringMap } from "./expiring-map.ts";

function mapOf(limit: number) {
  let nowMs = 0;
  const map = new ExpiringMap<number>({ limit, now: () => nowMs });
  return { map, pass: (byMs: number) => (nowMs += byMs) };
}

test("an entry is there until its time is over", () => {
  const { map, pass } = mapOf(10);
  map.set("a", 1, 100);
  pass(99);
  expect(map.get("a")).toBe(1);
  pass(1);
  expect(map.get("a")).toBeUndefined();
});

test("a full map drops what has ended first, then the oldest", () => {
  const { map, pass } = mapOf(3);
  map.set("a", 1, 1_000);
  map.set("b", 2, 10);
  map.set("c", 3, 1_000);
  pass(20);
  map.set("d", 4, 1_000);
  expect(["a", "b", "c", "d"].map((key) => map.get(key))).toEqual([1, undefined, 3, 4]);
  map.set("e", 5, 1_000);
  expect(["a", "c", "d", "e"].map((key) => map.get(key))).toEqual([undefined, 3, 4, 5]);
});
