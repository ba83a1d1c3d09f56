import { type Clock, isoShanghai, type Randomness } from "./clock.ts";

/** The first letters of each kind of number. */
export const NUMBER_PREFIXES = {
  payment: "P",
  attempt: "T",
  refund: "R",
  event: "E",
  heldReceipt: "H",
  merchant: "M",
  account: "A",
  app: "APP",
  difference: "D",
  run: "RN",
} as const;
export type NumberKind = keyof typeof NUMBER_PREFIXES;

const ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
const RANDOM_CHARACTERS = 12;

/**
 * Issues a number: prefix, China time to the millisecond (17 digits), 60 random bits in Crockford base 32.
 * Sorts by time, needs no coordination between processes, and at most 32 letters and digits, which is what
 * WeChat Pay's `out_trade_no` (https://pay.weixin.qq.com/doc/v3/merchant/4012791877) and Alipay's allow.
 */
export function issueNumber(kind: NumberKind, { clock, random }: { clock: Clock; random: Randomness }): string {
  const time = isoShanghai(clock.now()).replace(/\D/g, "").slice(0, 17);
  let tail = "";
  for (const byte of random.bytes(RANDOM_CHARACTERS)) tail += ALPHABET[byte & 31];
  return NUMBER_PREFIXES[kind] + time + tail;
}

/** Whether a text has the shape of a number of that kind. */
export function isNumberOf(kind: NumberKind, text: string): boolean {
  const prefix = NUMBER_PREFIXES[kind];
  return text.startsWith(prefix) && /^\d{17}[0-9A-HJKMNP-TV-Z]{12}$/.test(text.slice(prefix.length));
}
