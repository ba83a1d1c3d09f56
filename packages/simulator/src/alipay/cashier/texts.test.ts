import { expect, test } from "vitest";
import { cashierTexts } from "./texts.ts";

test("both languages say everything, and differently", () => {
  for (const [key, text] of Object.entries(cashierTexts["zh-CN"])) {
    expect(text).not.toBe("");
    expect(Object.entries(cashierTexts.en)).not.toContainEqual([key, text]);
  }
});
