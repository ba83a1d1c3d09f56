/** A cell: text, an amount in fen in a column of amounts, a plain number elsewhere, or nothing. */
export type Cell = string | number | null;

/** A column with its heading in each language. */
export interface Column {
  zh: string;
  en: string;
  kind: "text" | "yuan" | "number";
}

/** The languages of headings and words. */
export type ExportLanguage = "zh-CN" | "en";

/** What a file is made of; rows come some at a time. */
export interface Table {
  /** Without its ending. */
  name: string;
  title: string;
  columns: readonly Column[];
  rows: AsyncIterable<readonly Cell[][]>;
}

/** The heading of a column. */
export function headingOf({ zh, en }: Pick<Column, "zh" | "en">, language: ExportLanguage): string {
  return language === "en" ? en : zh;
}

const CHARACTERS_AT_MOST = 1_000;
// Line breaks and tabs would break a row in two for whoever reads the file line by line; XML takes none of the others.
const NOT_FOR_CELLS = /[\p{Cc}\p{Cs}\u2028\u2029\ufffe\uffff]+/gu;

/** A text as a cell holds it: one line, no control characters, at most 1,000 characters. */
export function plainText(text: string): string {
  return text.replace(NOT_FOR_CELLS, " ").trim().slice(0, CHARACTERS_AT_MOST);
}
