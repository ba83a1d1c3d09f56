import { agreedFee, boundsOfDay, type DifferenceClass } from "@payhub/domain";

/** What the merchant pays the channel, per 10,000. */
export const FEE_RATE = 60;

/** Days are planned in stretches of so many orders, each with every fault; a bill has whole stretches. */
export const STRETCH = 1_000;

/** At which order of a stretch which fault is. A line that is not the order's own leaves its money near midnight out of the bill. */
const FAULTS = {
  foreign_order: 100,
  written_twice: 201,
  fee_rate: 300,
  one_cent: 400,
  other_day: 500,
  malformed: 600,
} as const;
type Fault = keyof typeof FAULTS;
const FAULT_AT = new Map<number, Fault>(Object.entries(FAULTS).map(([fault, at]) => [at, fault as Fault]));

const EACH_STRETCH: Partial<Record<DifferenceClass, number>> = {
  missing_here: 1,
  duplicate_line: 1,
  fee_mismatch: 1,
  one_cent: 1,
  malformed_line: 1,
  // Two payments near midnight, and one that the bill has on the day before.
  day_boundary: 3,
};
const UNMATCHED_EACH_STRETCH = 3;
const ROWS_APART_EACH_STRETCH = 6;

/** What comparing a bill of so many lines has to come to. */
export function expectedOf(lines: number): {
  differences: Record<string, number>;
  matched: number;
  /** Rows of the two streams that have no equal row, or another amount. */
  rowsApart: number;
} {
  const stretches = lines / STRETCH;
  const each = Object.entries(EACH_STRETCH).map(([name, count]) => [name, count * stretches]);
  return {
    differences: { ...Object.fromEntries(each), summary_mismatch: 1 },
    matched: lines - UNMATCHED_EACH_STRETCH * stretches,
    rowsApart: ROWS_APART_EACH_STRETCH * stretches,
  };
}

/** A payment in the books; times in epoch ms, money in fen. */
export interface PlannedOrder {
  attemptNo: string;
  channelTradeNo: string;
  amount: number;
  chargedAmount: number;
  createdAt: number;
  paidAt: number;
}

/** A line of the bill. */
export interface PlannedLine {
  outTradeNo: string;
  channelTradeNo: string;
  amount: number;
  fee: number;
  occurredAt: number;
  isMalformed: boolean;
}

/** A day's business: of each index one payment in the books and one line in the bill, the same at every call. */
export interface DayPlan {
  order(index: number): PlannedOrder;
  line(index: number): PlannedLine;
  /** Whether the line is of an order that payhub never had; their numbers sort before all others. */
  isForeign(index: number): boolean;
}

const TRADING_MS = 86_000_000;
const MINUTE_MS = 60_000;

/** Plans a day of up to `maxLines` orders, whose numbers sort by their index. */
export function planDay(businessDay: string, maxLines: number): DayPlan {
  const { fromMs, toMs } = boundsOfDay(businessDay);
  const compactDay = businessDay.replaceAll("-", "");
  const stepMs = Math.floor(TRADING_MS / maxLines);
  const faultOf = (index: number) => FAULT_AT.get(index % STRETCH);
  const tradeNo = (prefix: number, index: number) =>
    `${prefix}${String(chance(index, 1) % 1_000_000).padStart(6, "0")}${compactDay}${String(index).padStart(10, "0")}`;

  function order(index: number): PlannedOrder {
    const fault = faultOf(index);
    const createdAt = fromMs + index * stepMs;
    const amount = 100 + (chance(index, 2) % 99_900);
    return {
      attemptNo: `T${compactDay}${clockDigits(createdAt - fromMs)}${tail(index)}`,
      channelTradeNo: tradeNo(4200, index),
      amount,
      chargedAmount: fault === "one_cent" ? 1 : amount,
      createdAt,
      paidAt: paidAt(fault, { index, createdAt }),
    };
  }

  function paidAt(fault: Fault | undefined, { index, createdAt }: { index: number; createdAt: number }): number {
    if (fault === "foreign_order" || fault === "written_twice")
      return toMs - MINUTE_MS - (chance(index, 3) % (8 * MINUTE_MS));
    if (fault === "other_day") return toMs + (chance(index, 3) % (5 * MINUTE_MS));
    return createdAt + 3_000 + (chance(index, 3) % MINUTE_MS);
  }

  function line(index: number): PlannedLine {
    const fault = faultOf(index);
    if (fault === "written_twice") return line(index - 1);
    const { attemptNo, channelTradeNo, chargedAmount, paidAt: at } = order(index);
    const fee = agreedFee(chargedAmount, FEE_RATE);
    const own = {
      outTradeNo: attemptNo,
      channelTradeNo,
      amount: chargedAmount,
      fee,
      occurredAt: at,
      isMalformed: false,
    };
    switch (fault) {
      case "foreign_order":
        return { ...own, outTradeNo: `SHOP-${String(index).padStart(10, "0")}`, channelTradeNo: tradeNo(4300, index) };
      case "fee_rate":
        return { ...own, fee: fee + 1 };
      case "other_day":
        return { ...own, occurredAt: toMs - 1_000 };
      case "malformed":
        return { ...own, isMalformed: true };
      default:
        return own;
    }
  }
  return { order, line, isForeign: (index) => faultOf(index) === "foreign_order" };
}

/** Mixes an index into 32 bits that look like chance. */
export function chance(index: number, salt: number): number {
  let bits = Math.imul(index ^ Math.imul(salt, 0x9e3779b1), 0x85ebca6b);
  bits = Math.imul(bits ^ (bits >>> 13), 0xc2b2ae35);
  return (bits ^ (bits >>> 16)) >>> 0;
}

const ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";

function tail(index: number): string {
  let text = "";
  for (const salt of [4, 5]) {
    let bits = chance(index, salt);
    for (let at = 0; at < 6; at++, bits >>>= 5) text += ALPHABET[bits & 31];
  }
  return text;
}

/** `HHmmssSSS` of a moment of the day. */
function clockDigits(ms: number): string {
  const two = (value: number) => String(Math.floor(value)).padStart(2, "0");
  const clock = `${two(ms / 3_600_000)}${two((ms / 60_000) % 60)}${two((ms / 1_000) % 60)}`;
  return `${clock}${String(ms % 1_000).padStart(3, "0")}`;
}
