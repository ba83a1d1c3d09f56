const ZERO = 0x30;
const NINE = 0x39;
const DOT = 0x2e;
const MINUS = 0x2d;
const MAX_WHOLE_DIGITS = 13;

/**
 * Reads yuan as fen from bytes by the rules of `fenFromYuan`, some ten times faster, since a bill has millions of them.
 * `NaN` for anything finer than a fen or not a plain decimal.
 */
export function fenFromBytes(bytes: Uint8Array, from: number, to: number): number {
  const isNegative = bytes[from] === MINUS;
  const first = isNegative ? from + 1 : from;
  let at = first;
  let fen = 0;
  for (; at < to && isDigit(bytes[at]); at += 1) fen = fen * 10 + digitAt(bytes, at);
  const whole = at - first;
  if (whole === 0 || whole > MAX_WHOLE_DIGITS || (whole > 1 && bytes[first] === ZERO)) return Number.NaN;
  let decimals = 0;
  if (at < to) {
    if (bytes[at] !== DOT || at + 1 === to) return Number.NaN;
    for (at += 1; at < to; at += 1) {
      if (!isDigit(bytes[at]) || (decimals === 2 && bytes[at] !== ZERO)) return Number.NaN;
      if (decimals === 2) continue;
      fen = fen * 10 + digitAt(bytes, at);
      decimals += 1;
    }
  }
  for (; decimals < 2; decimals += 1) fen *= 10;
  return isNegative && fen !== 0 ? -fen : fen;
}

function isDigit(byte: number | undefined): boolean {
  return byte !== undefined && byte >= ZERO && byte <= NINE;
}

function digitAt(bytes: Uint8Array, at: number): number {
  return (bytes[at] ?? ZERO) - ZERO;
}
