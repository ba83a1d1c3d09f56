import { BillUnreadable } from "../channel.ts";
import type { Row } from "./bill-row.ts";

export type Columns = ReadonlyMap<string, number>;

/** The position of a column by the first of its names that the bill has; throws `BillUnreadable` when it has none. */
export function columnOf(columns: Columns, ...names: readonly string[]): number {
  const found = optionalColumnOf(columns, ...names);
  if (found === undefined) throw new BillUnreadable(`its header lacks ${names[0]}`);
  return found;
}

/** Likewise; `undefined` when the bill has none. */
export function optionalColumnOf(columns: Columns, ...names: readonly string[]): number | undefined {
  const name = names.find((one) => columns.has(one));
  return name === undefined ? undefined : columns.get(name);
}

/** Looks words up in a table of their bytes; `undefined` for any other. */
export function wordIn<Meaning>(row: Row, column: number, table: WordTable<Meaning>): Meaning | undefined {
  for (const [bytes, meaning] of table) {
    if (row.is(column, bytes)) return meaning;
  }
  return undefined;
}

export type WordTable<Meaning> = readonly (readonly [Uint8Array, Meaning])[];

/** The bytes of a bill's words, to be looked up in each line without decoding it. */
export function wordTable<Meaning>(words: Readonly<Record<string, Meaning>>): WordTable<Meaning> {
  return Object.entries(words).map(([word, meaning]) => [Buffer.from(word), meaning] as const);
}
