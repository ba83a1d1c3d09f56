import { expect, test } from "vitest";
import { choosePhoneLanguage, phoneTexts } from "./texts.ts";

test.each([
  [undefined, undefined, "zh-CN"],
  [undefined, "en-GB,en;q=0.9", "en"],
  [undefined, "fr-FR,fr;q=0.9,en;q=0.5,zh;q=0.7", "zh-CN"],
  [undefined, "zh;q=0.2, en;q=0.8", "en"],
  [undefined, "de", "zh-CN"],
  ["en", "zh-CN", "en"],
  ["zh-CN", "en", "zh-CN"],
  ["tlh", "en", "en"],
])("lang=%s with Accept-Language %s gives %s", (lang, acceptLanguage, expected) => {
  expect(choosePhoneLanguage({ lang, acceptLanguage })).toBe(expected);
});

test("both languages say everything, and differently", () => {
  for (const [key, text] of Object.entries(phoneTexts["zh-CN"])) {
    expect(text).not.toBe("");
    expect(Object.entries(phoneTexts.en)).not.toContainEqual([key, text]);
  }
});
