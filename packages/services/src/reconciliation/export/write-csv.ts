import { yuanFromFen } from "@payhub/domain";
import { stringify } from "csv-stringify/sync";
import { type Cell, type Column, type ExportLanguage, headingOf, plainText, type Table } from "./table.ts";

/**
 * Writes a table as CSV of RFC 4180: UTF-8 with a byte order mark, by which spreadsheets know it, and CRLF. Text that a spreadsheet
 * would take for a formula gets a leading apostrophe (https://owasp.org/www-community/attacks/CSV_Injection); amounts are decimals.
 */
export async function writeCsv({ columns, rows }: Table, language: ExportLanguage): Promise<Buffer> {
  const heading = columns.map((column) => headingOf(column, language));
  const parts = [Buffer.from(stringify([heading], { ...FORMAT, bom: true }))];
  for await (const some of rows) {
    parts.push(
      Buffer.from(
        stringify(
          some.map((row) => row.map((cell, at) => csvCell(cell, columns[at]))),
          FORMAT,
        ),
      ),
    );
  }
  return Buffer.concat(parts);
}

// The apostrophe is for text: an amount may begin with a minus, and so is a bigint until it is written.
const FORMAT = {
  record_delimiter: "windows",
  escape_formulas: true,
  cast: { bigint: (fen: bigint) => yuanFromFen(Number(fen)) },
} as const;

function csvCell(cell: Cell, column: Column | undefined): string | number | bigint | null {
  if (typeof cell === "string") return plainText(cell);
  return typeof cell === "number" && column?.kind === "yuan" ? BigInt(cell) : cell;
}
