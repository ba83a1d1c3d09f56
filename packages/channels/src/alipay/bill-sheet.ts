import type { BillKind } from "@payhub/domain";
import { BillUnreadable } from "../channel.ts";
import type { ArchiveFile } from "./bill-archive.ts";
import { cellsOf } from "./bill-cells.ts";
import { linesOf, MAX_LINE_LENGTH } from "./bill-lines.ts";

/** A file of a bill lists its lines, or sums them up. */
type SheetPart = "lines" | "summary";

/** What a file of a bill is, by its first line. */
const TITLES: Readonly<Record<string, { billKind: BillKind; part: SheetPart }>> = {
  "#支付宝业务明细查询": { billKind: "trade", part: "lines" },
  "#支付宝业务汇总查询": { billKind: "trade", part: "summary" },
  "#支付宝账务明细查询": { billKind: "fund_flow", part: "lines" },
  "#支付宝账务汇总查询": { billKind: "fund_flow", part: "summary" },
};

/** One row below the header, `lineNo` counted from 1 in its file; its cells as they stand, or why there are none. */
export interface SheetRow {
  lineNo: number;
  text: string;
  cells: readonly string[] | Error;
}

/** Whose bill of which kind is expected. */
export interface ExpectedBill {
  billKind: BillKind;
  /** 2088 and 12 digits. */
  sellerId: string;
}

const MAX_COLUMNS = 200;
const MAX_COMMENTS = 50;
const ACCOUNT = /^#账号[：:]\s*\[(\d{16,20})\]/;
const FROM = /^#起始日期[：:]\s*\[(\d{4})年(\d{2})月(\d{2})日/;
const END = "列表结束";

/** Alipay writes an account as the seller's number and this. */
const ACCOUNT_SUFFIX = "0156";

/**
 * One file of a bill, GBK, comma-separated, between comments that begin with `#`. What it is it says itself: names are not
 * believed. Source: https://opendocs.alipay.com/open/204/106262
 */
export class BillSheet {
  readonly name: string;
  readonly part: SheetPart;
  /** The business day it says it begins with. */
  readonly businessDay: string | undefined;
  /** Where a column stands, by its name without unit and alternative: `退款批次号/请求号` is `退款批次号`. */
  readonly columns: ReadonlyMap<string, number>;
  /** How many columns the header has. */
  readonly width: number;
  /** The comments, once the rows were read those below them too. */
  readonly comments: readonly string[];
  readonly #head: Head;
  #lineCount: number;

  /** Reads the head; throws {@link BillUnreadable} on what is not the expected bill. */
  static async open(file: ArchiveFile, expected: ExpectedBill): Promise<BillSheet> {
    const source = linesOf(file.read());
    try {
      return new BillSheet(file.name, await readHead(source), expected);
    } catch (error) {
      await source.return(undefined);
      throw error;
    }
  }

  private constructor(name: string, head: Head, { billKind, sellerId }: ExpectedBill) {
    const title = TITLES[head.comments[0] ?? ""];
    if (title?.billKind !== billKind) throw new BillUnreadable(`${name}: not a file of this bill`);
    const [, account] = firstMatch(head.comments, ACCOUNT);
    if (account !== sellerId + ACCOUNT_SUFFIX) {
      throw new BillUnreadable(`${name}: the bill of another account, ${account ?? "which it does not name"}`);
    }
    const names = cellsOf([head.header])[0];
    if (names === undefined || names instanceof Error || names.length > MAX_COLUMNS) {
      throw new BillUnreadable(`${name}: a header that cannot be read`);
    }
    const [, year, month, day] = firstMatch(head.comments, FROM);
    this.name = name;
    this.part = title.part;
    this.businessDay = year === undefined ? undefined : `${year}-${month}-${day}`;
    this.columns = columnsOf(name, names);
    this.width = names.length;
    this.comments = head.comments;
    this.#head = head;
    this.#lineCount = head.lineCount;
  }

  /** Lines so far; all of them once the rows were read. */
  get lineCount(): number {
    return this.#lineCount;
  }

  /** Where a column stands; throws {@link BillUnreadable} when there is none of that name. */
  column(name: string): number {
    const index = this.columns.get(name);
    if (index === undefined) throw new BillUnreadable(`${this.name}: no column ${name}`);
    return index;
  }

  /** The rows, once; throws {@link BillUnreadable} when the file stops before its end mark. */
  async *rows(): AsyncGenerator<readonly SheetRow[]> {
    yield this.#rowsOf(this.#head.rest);
    for await (const lines of this.#head.source) yield this.#rowsOf(lines);
    if (!this.#isEnded()) throw new BillUnreadable(`${this.name}: cut off in line ${this.#lineCount}`);
  }

  /** Lets go of the file, read or not. */
  async close(): Promise<void> {
    await this.#head.source.return(undefined);
  }

  #isEnded(): boolean {
    return this.comments.some((comment) => comment.includes(END));
  }

  #rowsOf(lines: readonly string[]): SheetRow[] {
    const cells = cellsOf(lines);
    const rows: SheetRow[] = [];
    let isEnded = this.#isEnded();
    for (const [index, text] of lines.entries()) {
      this.#lineCount += 1;
      const isComment = text.startsWith("#");
      if (isComment && (isEnded || text.includes(END))) {
        keepComment(this.#head.comments, text);
        isEnded = true;
      } else if (text !== "" && (isComment || isEnded || text.trim() !== "")) {
        const problem = problemOf(text, { isComment, isEnded });
        rows.push({ lineNo: this.#lineCount, text, cells: problem ?? cells[index] ?? [] });
      }
    }
    return rows;
  }
}

interface Head {
  comments: string[];
  header: string;
  /** Lines up to the header. */
  lineCount: number;
  /** What was read with the header. */
  rest: readonly string[];
  source: AsyncGenerator<string[]>;
}

async function readHead(source: AsyncGenerator<string[]>): Promise<Head> {
  const comments: string[] = [];
  let lineCount = 0;
  for (;;) {
    const { value: lines, done } = await source.next();
    if (done) return { comments, header: "", lineCount, rest: [], source };
    for (const [index, line] of lines.entries()) {
      lineCount += 1;
      if (line.startsWith("#")) keepComment(comments, line);
      else if (line.trim() !== "") return { comments, header: line, lineCount, rest: lines.slice(index + 1), source };
    }
  }
}

function keepComment(comments: string[], line: string): void {
  if (comments.length === MAX_COMMENTS) throw new BillUnreadable(`more than ${MAX_COMMENTS} comments`);
  // Some exports fill comments up to the header's number of columns.
  comments.push(line.replace(/[,\s]+$/, ""));
}

function firstMatch(comments: readonly string[], pattern: RegExp): readonly (string | undefined)[] {
  for (const comment of comments) {
    const match = pattern.exec(comment);
    if (match) return match;
  }
  return [];
}

function columnsOf(file: string, names: readonly string[]): ReadonlyMap<string, number> {
  const columns = new Map<string, number>();
  for (const [index, text] of names.entries()) {
    const name = columnName(text);
    if (name !== "" && columns.has(name)) throw new BillUnreadable(`${file}: its header names ${name} twice`);
    columns.set(name, index);
  }
  return columns;
}

function columnName(header: string): string {
  return header.trim().replace(/[（(/].*$/, "");
}

function problemOf(text: string, { isComment, isEnded }: { isComment: boolean; isEnded: boolean }): Error | undefined {
  if (isComment) return new Error("a comment among the rows");
  if (isEnded) return new Error("a row below the end of the list");
  return text.length > MAX_LINE_LENGTH ? new Error(`more than ${MAX_LINE_LENGTH} characters`) : undefined;
}
