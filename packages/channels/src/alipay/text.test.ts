import { expect, test } from "vitest";
import { alipaySubject } from "./text.ts";

test.each([
  ["拿铁 × 2", "拿铁 × 2"],
  ["A/B=C&D", "A／B＝C＆D"],
  [`<b>"it's"</b>`, "＜b＞＂it＇s＂＜／b＞"],
  ["a\u0000b\tc\nd\u007fe\u2028f", "a　b　c　d　e　f"],
  ["茶🍵👨‍👩‍👧", "茶□□‍□‍□"],
  ["half \ud83d", "half \ufffd"],
])("%j becomes %j", (subject, written) => expect(alipaySubject(subject)).toBe(written));

test("is cut at 256 characters", () => {
  expect(alipaySubject("茶".repeat(300))).toBe("茶".repeat(256));
});
