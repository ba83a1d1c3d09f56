/** Fen of a yuan text such as `12.88`, or undefined when it is not a decimal with at most two places. */
export function fenOfYuan(yuan: string): number | undefined {
  const match = /^(\d{1,11})(?:\.(\d{1,2}))?$/.exec(yuan);
  if (!match) return undefined;
  return Number(`${match[1]}${(match[2] ?? "").padEnd(2, "0")}`);
}

/** Yuan text with two places of an amount in fen: 1288 → `12.88`. */
export function yuanOfFen(fen: number): string {
  const digits = String(fen).padStart(3, "0");
  return `${digits.slice(0, -2)}.${digits.slice(-2)}`;
}
