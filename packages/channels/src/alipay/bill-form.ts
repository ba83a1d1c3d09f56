import type { BillKind } from "@payhub/domain";
import type { BillSheet } from "./bill-sheet.ts";

/** One row as it was understood. `side`: which of the bill's two sums it belongs to; `fen`: what it adds to that. */
export type Reading<Line> =
  | { line: Line; side: Side; fen: number; fee: number }
  /** It was not; its side may be known all the same. */
  | { problem: string; side: Side | undefined };

/** A bill sums up what came in and what went out. */
export type Side = "in" | "out";

/** Reads the cells of one row of a sheet. */
export type RowReader<Line> = (cells: readonly string[], lineNo: number) => Reading<Line>;

/** What was counted in a bill's rows; `fen` and `fees` of those that could be read. */
export interface Tally {
  rows: Record<Side, number>;
  fen: Record<Side, number>;
  fees: Record<Side, number>;
  all: number;
  /** Rows of which nobody can tell the side. */
  unplaced: number;
  unread: number;
}

/** A column of the summary's total row; `counted` are the values it may have, a count or fen. */
interface SummaryColumn {
  column: string;
  unit: "rows" | "fen";
  counted: (tally: Tally) => readonly number[];
}

/** What differs between the two kinds of bill. */
export interface BillForm<Line> {
  billKind: BillKind;
  /** The names of the sums below the rows, `交易` of `#交易合计`. */
  sides: Readonly<Record<Side, string>>;
  summary: readonly SummaryColumn[];
  /** Finds the columns of a sheet; throws `BillUnreadable` when one is missing. */
  rowReader(sheet: BillSheet): RowReader<Line>;
}
