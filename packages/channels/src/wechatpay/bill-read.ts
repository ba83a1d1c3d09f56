import { yuanFromFen } from "@payhub/domain";
import { type BillItem, BillUnreadable } from "../channel.ts";
import { fenFromBytes } from "./bill-amount.ts";
import type { BillLimits } from "./bill-limits.ts";
import { LineSplitter } from "./bill-lines.ts";
import { Row } from "./bill-row.ts";
import { contentsOf } from "./bill-unpack.ts";

const MAX_TEXT_CHARS = 200;
const BACKTICK = 0x60;
/** A whole bill of strangers is soon told from a bill with a line of theirs. */
const MAX_STRANGERS = 1000;

/** A line that names another merchant; the rest of the words for what is wrong with a line are free. */
export const STRANGER = "the line names another merchant";

/** One of a bill's own sums; in fen, or a plain count. */
interface Sum {
  name: string;
  counted: number;
  isMoney: boolean;
}

/** What the lines of one kind of bill mean, by its header. */
export interface LineReader<Line> {
  /** The column of the sums that counts the lines. */
  countName: string;
  /** A line, or what is wrong with it. */
  read(row: Row, lineNo: number): Line | string;
  /** What the lines that could be read come to, by the sums' names. */
  sums(): readonly Sum[];
}

/** Reads a bill as a stream, some items at a time; `open` gets the position of each column by its name. */
export async function* readBill<Line>(
  path: string,
  open: (columns: ReadonlyMap<string, number>) => LineReader<Line>,
  limits: BillLimits,
): AsyncGenerator<readonly BillItem<Line>[]> {
  const reading = new Reading(open, limits);
  for await (const chunk of contentsOf(path, limits)) {
    reading.push(chunk);
    const items = reading.drain();
    if (items.length > 0) yield items;
  }
  const last = reading.end();
  if (last.length > 0) yield last;
}

/** The state of one reading: header, lines, names of the sums, sums. */
class Reading<Line> {
  readonly #open: (columns: ReadonlyMap<string, number>) => LineReader<Line>;
  readonly #limits: BillLimits;
  readonly #splitter: LineSplitter;
  readonly #row: Row;
  #reader: LineReader<Line> | undefined;
  #columns = 0;
  #sumNames: string[] | undefined;
  #stated: Map<string, string> | undefined;
  #items: BillItem<Line>[] = [];
  #lineNo = 0;
  #lines = 0;
  #malformed = 0;
  #strangers = 0;

  constructor(open: (columns: ReadonlyMap<string, number>) => LineReader<Line>, limits: BillLimits) {
    this.#open = open;
    this.#limits = limits;
    this.#row = new Row(limits);
    this.#splitter = new LineSplitter(limits, (bytes, from, to) => this.#take(bytes, from, to));
  }

  push(chunk: Buffer): void {
    this.#splitter.push(chunk);
  }

  drain(): BillItem<Line>[] {
    const items = this.#items;
    this.#items = [];
    return items;
  }

  end(): BillItem<Line>[] {
    const isUnended = this.#splitter.end();
    if (!this.#reader) throw new BillUnreadable("it is empty");
    if (!this.#stated) throw new BillUnreadable("it ends without its sums: it was cut off");
    if (this.#strangers > 0 && this.#strangers === this.#lines) throw new BillUnreadable("it is another merchant's");
    if (this.#reader.sums().some(({ counted }) => !Number.isSafeInteger(counted))) {
      throw new BillUnreadable("its amounts are more than can be added up");
    }
    const differing = this.#differingSums(this.#reader, this.#stated);
    // The last sum may lack digits then.
    if (isUnended && differing.length > 0) throw new BillUnreadable("it was cut off in its last line");
    return [...this.drain(), ...differing];
  }

  #take(bytes: Buffer, from: number, to: number): void {
    this.#lineNo += 1;
    if (this.#lineNo > this.#limits.lines) throw new BillUnreadable("it has too many lines");
    if (from === to) return;
    if (!this.#reader) this.#takeHeader(bytes.toString("utf8", from, to));
    else if (this.#stated) this.#refuse("the line stands after the sums", { bytes, from, to });
    else if (this.#sumNames) this.#takeSums(this.#sumNames, { bytes, from, to });
    else if (bytes[from] === BACKTICK || !this.#takeSumNames(this.#reader, { bytes, from, to })) {
      this.#takeLine(this.#reader, { bytes, from, to });
    }
  }

  #takeHeader(text: string): void {
    const names = namesIn(text);
    if (names.length > this.#limits.columns) throw new BillUnreadable("its header has too many columns");
    const columns = new Map(names.map((name, index) => [name, index]));
    if (columns.size < names.length) throw new BillUnreadable("its header names a column twice");
    this.#columns = names.length;
    this.#reader = this.#open(columns);
  }

  #takeLine(reader: LineReader<Line>, { bytes, from, to }: Piece): void {
    this.#lines += 1;
    const problem = this.#row.split(bytes, { from, to, columns: this.#columns });
    const line = problem ?? reader.read(this.#row, this.#lineNo);
    if (typeof line !== "string") {
      this.#items.push({ kind: "line", line });
      return;
    }
    this.#refuse(line, { bytes, from, to });
    if (line === STRANGER) this.#strangers += 1;
    if (this.#strangers > MAX_STRANGERS && this.#strangers === this.#lines) {
      throw new BillUnreadable("it is another merchant's");
    }
  }

  /** The names of the sums come without backticks, as the header does. */
  #takeSumNames({ countName }: LineReader<Line>, { bytes, from, to }: Piece): boolean {
    const names = namesIn(bytes.toString("utf8", from, to));
    if (!names.includes(countName)) return false;
    if (names.length > this.#limits.columns) throw new BillUnreadable("its sums have too many columns");
    this.#sumNames = names;
    return true;
  }

  #takeSums(names: readonly string[], { bytes, from, to }: Piece): void {
    const problem = this.#row.split(bytes, { from, to, columns: names.length });
    if (problem !== undefined) throw new BillUnreadable(`its sums cannot be read: ${problem}`);
    this.#stated = new Map(names.map((name, index) => [name, this.#row.text(index)]));
  }

  #refuse(reason: string, { bytes, from, to }: Piece): void {
    this.#malformed += 1;
    const text = bytes.toString("utf8", from, Math.min(to, from + 4 * MAX_TEXT_CHARS)).slice(0, MAX_TEXT_CHARS);
    this.#items.push({ kind: "malformed", lineNo: this.#lineNo, reason, text });
  }

  #differingSums(reader: LineReader<Line>, stated: ReadonlyMap<string, string>): BillItem<Line>[] {
    const count: Sum = { name: reader.countName, counted: this.#lines, isMoney: false };
    const sums = this.#malformed === 0 ? [count, ...reader.sums()] : [count];
    return sums.flatMap(({ name, counted, isMoney }) => {
      const text = stated.get(name);
      if (text === undefined || isSum(text, { counted, isMoney })) return [];
      const item: BillItem<Line> = {
        kind: "sum_differs",
        name,
        stated: text.slice(0, MAX_TEXT_CHARS),
        counted: isMoney ? yuanFromFen(counted) : String(counted),
      };
      return [item];
    });
  }
}

interface Piece {
  bytes: Buffer;
  from: number;
  to: number;
}

function isSum(stated: string, { counted, isMoney }: Pick<Sum, "counted" | "isMoney">): boolean {
  if (!isMoney) return /^\d{1,15}$/.test(stated) && Number(stated) === counted;
  return fenFromBytes(Buffer.from(stated), 0, stated.length) === counted;
}

function namesIn(line: string): string[] {
  // Trimming takes the mark of UTF-8 away, too.
  return line.split(",").map((name) => name.trim());
}
