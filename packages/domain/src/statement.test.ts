import { expect, it } from "vitest";
import { explainedPercent } from "./statement.ts";

it.each([
  [{ matchedCount: 0, differenceCount: 0, openCount: 0 }, 100],
  [{ matchedCount: 0, differenceCount: 1, openCount: 1 }, 0],
  [{ matchedCount: 0, differenceCount: 3, openCount: 0 }, 100],
  [{ matchedCount: 2, differenceCount: 1, openCount: 1 }, 66.66],
  [{ matchedCount: 7, differenceCount: 3, openCount: 1 }, 90],
])("of %j explains %d %%", (counts, percent) => {
  expect(explainedPercent(counts)).toBe(percent);
});

it("is never 100 while one of a million is open", () => {
  expect(explainedPercent({ matchedCount: 999_999, differenceCount: 1, openCount: 1 })).toBe(99.99);
});
