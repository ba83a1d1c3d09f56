/** Smallest amount payhub accepts, in fen (¥0.01). */
export const MIN_AMOUNT = 1;

/** Largest amount payhub accepts, in fen (¥100,000,000.00). */
export const MAX_AMOUNT = 10_000_000_000;

/** The one currency payhub knows. */
export const CURRENCY = "CNY";
export type Currency = typeof CURRENCY;

/** Whether a value is an amount of money: an integer of fen from {@link MIN_AMOUNT} to {@link MAX_AMOUNT}. */
export function isAmount(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= MIN_AMOUNT && (value as number) <= MAX_AMOUNT;
}

/** Writes fen as the yuan string that a channel or a person reads: `1288` → `"12.88"`. Throws `RangeError` on anything but a safe integer. */
export function yuanFromFen(fen: number): string {
  if (!Number.isSafeInteger(fen)) throw new RangeError(`not an integer amount of fen: ${fen}`);
  const digits = String(Math.abs(fen)).padStart(3, "0");
  return `${fen < 0 ? "-" : ""}${digits.slice(0, -2)}.${digits.slice(-2)}`;
}

const YUAN = /^(-?)(0|[1-9]\d{0,12})(?:\.(\d{1,2})0*)?$/;

/** Reads a yuan string as fen: `"12.88"`, `"12.8"` and `"12"` are 1288, 1280 and 1200. Throws `RangeError` on anything finer than a fen or not a plain decimal. */
export function fenFromYuan(yuan: string): number {
  const match = YUAN.exec(yuan);
  if (!match) throw new RangeError(`not an amount of yuan: ${JSON.stringify(yuan.slice(0, 40))}`);
  const [, sign, whole, fraction = ""] = match;
  const fen = Number(`${whole}${fraction.padEnd(2, "0")}`);
  return sign && fen !== 0 ? -fen : fen;
}

/** What a channel is asked for: the amount itself, or one fen while the one-cent switch is on. */
export function chargeFor(amount: number, oneCent: boolean): number {
  return oneCent ? 1 : amount;
}
