import { boundsOfDay } from "@payhub/domain";
import { fenFromBytes } from "./bill-amount.ts";
import type { BillLimits } from "./bill-limits.ts";

const COMMA = 0x2c;
const BACKTICK = 0x60;
const MAX_NUMBER_CHARS = 64;
const SPACE = 0x20;
const COLON = 0x3a;
const ZERO = 0x30;
const NINE = 0x39;
const DAY_CHARS = 10;
const TIME_CHARS = 19;

/** One line of values, split where it stands; the same object serves every line of a bill. */
export class Row {
  readonly #limits: BillLimits;
  readonly #from: Int32Array;
  readonly #to: Int32Array;
  #bytes: Buffer = Buffer.alloc(0);
  #count = 0;
  #day: Buffer = Buffer.alloc(0);
  #dayStart = 0;

  constructor(limits: BillLimits) {
    this.#limits = limits;
    this.#from = new Int32Array(limits.columns);
    this.#to = new Int32Array(limits.columns);
  }

  /** Splits a line into `columns` values; returns what is wrong with it, if anything. */
  split(bytes: Buffer, { from, to, columns }: { from: number; to: number; columns: number }): string | undefined {
    const { lineBytes, fieldBytes } = this.#limits;
    if (to - from > lineBytes) return "the line is too long";
    if (bytes[from] !== BACKTICK) return "the line does not begin with a backtick";
    this.#bytes = bytes;
    this.#count = 0;
    let start = from + 1;
    // Texts may hold a comma or a backtick; only both together begin a value.
    for (let at = start; at < to; at += 1) {
      if (bytes[at] !== BACKTICK || bytes[at - 1] !== COMMA) continue;
      if (at - start > fieldBytes) return "a value is too long";
      if (!this.#add(start, at - 1, columns)) return `more than ${columns} values`;
      start = at + 1;
    }
    if (to - start > fieldBytes) return "a value is too long";
    if (!this.#add(start, to, columns)) return `more than ${columns} values`;
    return this.#count === columns ? undefined : `${this.#count} values instead of ${columns}`;
  }

  /** Whether a value is exactly these bytes. */
  is(column: number, expected: Uint8Array): boolean {
    const start = this.#start(column);
    if (this.#end(column) - start !== expected.length) return false;
    for (let at = 0; at < expected.length; at += 1) {
      if (this.#bytes[start + at] !== expected[at]) return false;
    }
    return true;
  }

  /** A value as it stands, of ASCII. */
  text(column: number): string {
    return this.#bytes.toString("latin1", this.#start(column), this.#end(column));
  }

  /** A number of an order or refund: 1 to 64 visible ASCII characters, else `undefined`. */
  number(column: number): string | undefined {
    const start = this.#start(column);
    const end = this.#end(column);
    if (end === start || end - start > MAX_NUMBER_CHARS) return undefined;
    for (let at = start; at < end; at += 1) {
      const byte = this.#bytes[at] ?? 0;
      if (byte <= 0x20 || byte >= 0x7f) return undefined;
    }
    return this.text(column);
  }

  /** An amount in fen; `NaN` when it is none. */
  fen(column: number): number {
    return fenFromBytes(this.#bytes, this.#start(column), this.#end(column));
  }

  /** A time in China as epoch ms; `NaN` when it is none. */
  time(column: number): number {
    const from = this.#start(column);
    if (this.#end(column) - from !== TIME_CHARS) return Number.NaN;
    const bytes = this.#bytes;
    if (bytes[from + 10] !== SPACE || bytes[from + 13] !== COLON || bytes[from + 16] !== COLON) return Number.NaN;
    const hours = twoDigits(bytes, from + 11);
    const minutes = twoDigits(bytes, from + 14);
    const seconds = twoDigits(bytes, from + 17);
    if (!(hours <= 23 && minutes <= 59 && seconds <= 59)) return Number.NaN;
    return this.#startOfDay(from) + ((hours * 60 + minutes) * 60 + seconds) * 1000;
  }

  #add(from: number, to: number, columns: number): boolean {
    if (this.#count === columns) return false;
    this.#from[this.#count] = from;
    this.#to[this.#count] = to;
    this.#count += 1;
    return true;
  }

  /** Nearly all lines of a bill are of the same day. */
  #startOfDay(from: number): number {
    const bytes = this.#bytes.subarray(from, from + DAY_CHARS);
    if (bytes.equals(this.#day)) return this.#dayStart;
    try {
      this.#dayStart = boundsOfDay(bytes.toString("latin1")).fromMs;
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
      return Number.NaN;
    }
    this.#day = Buffer.from(bytes);
    return this.#dayStart;
  }

  #start(column: number): number {
    return this.#from[column] ?? 0;
  }

  #end(column: number): number {
    return this.#to[column] ?? 0;
  }
}

/** A number of two digits, else `NaN`. */
function twoDigits(bytes: Buffer, from: number): number {
  const tens = bytes[from] ?? 0;
  const ones = bytes[from + 1] ?? 0;
  return tens >= ZERO && tens <= NINE && ones >= ZERO && ones <= NINE ? (tens - ZERO) * 10 + ones - ZERO : Number.NaN;
}
