import { type BillItem, BillUnreadable } from "../channel.ts";
import { openArchive } from "./bill-archive.ts";
import type { BillForm, Reading, RowReader, Tally } from "./bill-form.ts";
import { BillSheet, type SheetRow } from "./bill-sheet.ts";
import { footDifferences, type SummaryTotal, summaryDifferences } from "./bill-sums.ts";

/** More rows than any merchant has in a day. */
const MAX_ROWS = 5_000_000;
const MAX_TEXT_LENGTH = 200;
/** The column in which a comma may stand that nobody quoted. */
const FREE_TEXT = "商品名称";
const MAX_FREE_COMMAS = 20;
/** What the total row of a summary is called. */
const TOTAL = "合计";

/**
 * Reads a bill's archive: the files of its lines one after another, then what the bill states of their sums. Lines are counted
 * through all files. Throws {@link BillUnreadable}. Source: https://opendocs.alipay.com/open/204/106262
 */
export async function* readBill<Line>(
  path: string,
  { form, sellerId, maxRows = MAX_ROWS }: { form: BillForm<Line>; sellerId: string; maxRows?: number },
): AsyncGenerator<readonly BillItem<Line>[]> {
  const archive = await openArchive(path);
  const sheets: BillSheet[] = [];
  try {
    for (const file of archive.files) {
      sheets.push(await BillSheet.open(file, { billKind: form.billKind, sellerId }));
    }
    const parts = sheets.filter(({ part }) => part === "lines").sort((a, b) => partNo(a) - partNo(b));
    if (parts.length === 0) throw new BillUnreadable("an archive without a list of lines");
    const tally = newTally();
    let linesBefore = 0;
    for (const sheet of parts) {
      const name = parts.length > 1 ? sheet.name : undefined;
      let read: ((row: SheetRow) => BillItem<Line>) | undefined;
      for await (const rows of sheet.rows()) {
        if (rows.length === 0) continue;
        read ??= itemReader(form.rowReader(sheet), { sheet, tally, linesBefore, name });
        yield rows.map(read);
        if (tally.all > maxRows) throw new BillUnreadable(`more than ${maxRows} rows`);
      }
      linesBefore += sheet.lineCount;
    }
    if (![tally.fen, tally.fees].every((sums) => Object.values(sums).every(Number.isSafeInteger))) {
      throw new BillUnreadable("amounts of more than can be added up");
    }
    const feet = parts.map(({ comments }) => comments);
    const totals = await totalsOf(sheets.filter(({ part }) => part === "summary"));
    const differences = [...footDifferences(form, { feet, tally }), ...summaryDifferences(form, { totals, tally })];
    if (differences.length > 0) yield differences;
  } finally {
    for (const sheet of sheets) await sheet.close();
    archive.close();
  }
}

/** A large bill comes in parts, `…_1.csv`, `…_2.csv`. */
function partNo({ name }: BillSheet): number {
  return Number(/_(\d{1,3})\.csv$/.exec(name)?.[1] ?? 0);
}

function newTally(): Tally {
  const none = () => ({ in: 0, out: 0 });
  return { rows: none(), fen: none(), fees: none(), all: 0, unplaced: 0, unread: 0 };
}

/** Turns the rows of one file into items and counts them. */
function itemReader<Line>(
  read: RowReader<Line>,
  {
    sheet,
    tally,
    linesBefore,
    name,
  }: { sheet: BillSheet; tally: Tally; linesBefore: number; name: string | undefined },
): (row: SheetRow) => BillItem<Line> {
  return (row) => {
    const reading = readRow(read, row, { sheet, lineNo: linesBefore + row.lineNo });
    tally.all += 1;
    if (reading.side === undefined) tally.unplaced += 1;
    else tally.rows[reading.side] += 1;
    if ("line" in reading) {
      tally.fen[reading.side] += reading.fen;
      tally.fees[reading.side] += reading.fee;
      return { kind: "line", line: reading.line };
    }
    tally.unread += 1;
    const reason = name === undefined ? reading.problem : `${name} line ${row.lineNo}: ${reading.problem}`;
    return { kind: "malformed", lineNo: linesBefore + row.lineNo, reason, text: row.text.slice(0, MAX_TEXT_LENGTH) };
  };
}

function readRow<Line>(
  read: RowReader<Line>,
  { cells }: SheetRow,
  { sheet, lineNo }: { sheet: BillSheet; lineNo: number },
): Reading<Line> {
  if (cells instanceof Error) return { problem: cells.message, side: undefined };
  const surplus = cells.length - sheet.width;
  if (surplus === 0) return read(cells, lineNo);
  const title = sheet.columns.get(FREE_TEXT);
  // Commas in the title or the remark that nobody quoted: one way to place them gives times and amounts.
  for (let inTitle = 0; inTitle <= Math.min(surplus, MAX_FREE_COMMAS) && title !== undefined; inTitle += 1) {
    const reading = read(
      cells.toSpliced(title, inTitle + 1, cells.slice(title, title + inTitle + 1).join(",")),
      lineNo,
    );
    if ("line" in reading) return reading;
  }
  return { problem: `${cells.length} columns instead of ${sheet.width}`, side: undefined };
}

/** The total row of each summary, by column. */
async function totalsOf(summaries: readonly BillSheet[]): Promise<SummaryTotal[]> {
  const totals: SummaryTotal[] = [];
  for (const sheet of summaries) {
    for await (const rows of sheet.rows()) {
      for (const { cells } of rows) {
        if (cells instanceof Error || !cells.some((cell) => cell.trim() === TOTAL)) continue;
        totals.push(new Map([...sheet.columns].map(([column, index]) => [column, cells[index]?.trim() ?? ""])));
      }
    }
  }
  return totals;
}
