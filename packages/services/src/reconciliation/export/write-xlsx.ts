import { yuanFromFen } from "@payhub/domain";
import { writeXlsxStream } from "hucre/xlsx";
import { type Cell, type Column, type ExportLanguage, headingOf, plainText, type Table } from "./table.ts";

const YUAN_FORMAT = "#,##0.00";
const WIDTHS = { text: 22, yuan: 16, number: 12 } as const satisfies Record<Column["kind"], number>;

/**
 * Writes a table as a workbook of one sheet, whose bytes depend on the table alone. Text is in string cells, which no spreadsheet
 * evaluates, and amounts are numbers of yuan.
 */
export async function writeXlsx({ title, columns, rows }: Table, language: ExportLanguage): Promise<Buffer> {
  const stream = writeXlsxStream(rowsOf(columns, rows), {
    name: title,
    freezePane: { rows: 1 },
    columns: columns.map((column) => ({
      header: headingOf(column, language),
      width: WIDTHS[column.kind],
      ...(column.kind === "yuan" && { numFmt: YUAN_FORMAT }),
    })),
  });
  const parts: Uint8Array[] = [];
  for await (const part of stream) parts.push(part);
  return Buffer.concat(parts);
}

async function* rowsOf(columns: readonly Column[], rows: Table["rows"]): AsyncGenerator<Cell[]> {
  for await (const some of rows) {
    for (const row of some) yield row.map((cell, at) => xlsxCell(cell, columns[at]));
  }
}

function xlsxCell(cell: Cell, column: Column | undefined): Cell {
  if (typeof cell === "string") return plainText(cell);
  return typeof cell === "number" && column?.kind === "yuan" ? Number(yuanFromFen(cell)) : cell;
}
