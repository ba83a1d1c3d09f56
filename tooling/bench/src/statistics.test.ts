import { expect, it } from "vitest";
import { median, percentile } from "./statistics.ts";

const hundred = Array.from({ length: 100 }, (_, index) => index + 1);

it.each([
  [[], 0.5, 0],
  [[7], 0.99, 7],
  [hundred, 0.5, 51],
  [hundred, 0.99, 100],
  [hundred.concat(hundred).toSorted((a, b) => a - b), 0.99, 100],
])("percentile of %j at %f is %f", (sorted, share, expected) => {
  expect(percentile(sorted, share)).toBe(expected);
});

it.each([
  [[], 0],
  [[3], 3],
  [[9, 1, 2], 2],
  [[4, 1, 3, 2], 2.5],
])("median of %j is %f", (values, expected) => {
  expect(median(values)).toBe(expected);
});
