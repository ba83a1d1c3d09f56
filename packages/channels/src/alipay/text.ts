const MAX_SUBJECT_LENGTH = 256;

/** What the gateway refuses in a subject, and the wide form of each that a payer reads the same way. */
const WIDE_FORMS: Readonly<Record<string, string>> = {
  "/": "／",
  "=": "＝",
  "&": "＆",
  '"': "＂",
  "'": "＇",
  "<": "＜",
  ">": "＞",
};

/**
 * Writes a subject in characters that Alipay takes: at most 256, `/ = &`, quotes and angle brackets full-width, control
 * characters as a wide space, and what its GBK bills cannot hold (emoji) as `□`.
 * Source: https://opendocs.alipay.com/open/8ad49e4a_alipay.trade.precreate
 */
export function alipaySubject(subject: string): string {
  return subject
    .toWellFormed()
    .replace(/[/=&"'<>]/g, (character) => WIDE_FORMS[character] ?? character)
    .replace(/[\p{Cc}\p{Zl}\p{Zp}]/gu, "　")
    .replace(/[\u{10000}-\u{10ffff}]/gu, "□")
    .slice(0, MAX_SUBJECT_LENGTH);
}
