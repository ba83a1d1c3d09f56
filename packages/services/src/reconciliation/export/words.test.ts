import { DIFFERENCE_CAUSES, DIFFERENCE_CLASSES, DIFFERENCE_FIXES, DIFFERENCE_STATES } from "@payhub/domain";
import { expect, it } from "vitest";
import { wordFor } from "./words.ts";

const WORDS = [
  ...DIFFERENCE_CLASSES.map((word) => ["class", word] as const),
  ...DIFFERENCE_STATES.map((word) => ["state", word] as const),
  ...DIFFERENCE_CAUSES.map((word) => ["cause", word] as const),
  ...DIFFERENCE_FIXES.map((word) => ["fix", word] as const),
];

it("says each word in Chinese, no two of a kind alike", () => {
  const said = WORDS.map(([about, word]) => `${about} ${wordFor(about, word as never, "zh-CN")}`);
  for (const text of said) expect(text).toMatch(/ \p{Script=Han}/u);
  expect(new Set(said).size).toBe(said.length);
});

it("leaves words as they are in English", () => {
  expect(wordFor("class", "missing_here", "en")).toBe("missing_here");
  expect(wordFor("class", "missing_here", "zh-CN")).toContain("长款");
});
