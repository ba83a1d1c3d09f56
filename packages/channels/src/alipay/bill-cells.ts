import { parse } from "csv-parse/sync";

type Cells = readonly string[] | Error;

/**
 * The cells of each line, or why there are none. A line is a record: a quote that stays open ends with its line and takes no
 * other with it. What no quote touches is cut at its commas, which comes to the same and is ten times as fast.
 */
export function cellsOf(lines: readonly string[]): Cells[] {
  const quoted: Quoted[] = [];
  const cells = lines.map((line, index): Cells => {
    const first = line.indexOf('"');
    if (first < 0) return line.split(",");
    quoted.push(quotedSpan(line, { first, index }));
    return [];
  });
  const spans = parseRecords(quoted.map(({ span }) => span));
  for (const [position, { index, before, after }] of quoted.entries()) {
    const span = spans[position] ?? [];
    cells[index] = span instanceof Error ? span : [...before, ...span, ...after];
  }
  return cells;
}

interface Quoted {
  index: number;
  before: readonly string[];
  /** From the beginning of the first cell with a quote to the end of the last. */
  span: string;
  after: readonly string[];
}

function quotedSpan(line: string, { first, index }: { first: number; index: number }): Quoted {
  const from = line.lastIndexOf(",", first) + 1;
  const to = line.indexOf(",", line.lastIndexOf('"'));
  return {
    index,
    before: from === 0 ? [] : line.slice(0, from - 1).split(","),
    span: to < 0 ? line.slice(from) : line.slice(from, to),
    after: to < 0 ? [] : line.slice(to + 1).split(","),
  };
}

/** All at once, when each then is one record; else one by one. */
function parseRecords(spans: readonly string[]): Cells[] {
  if (spans.length === 0) return [];
  const together = recordsOf(spans.join("\n"));
  if (!(together instanceof Error) && together.length === spans.length) return together;
  return spans.map((span) => {
    const records = recordsOf(span);
    return records instanceof Error ? records : (records[0] ?? []);
  });
}

function recordsOf(text: string): string[][] | Error {
  try {
    return parse(text, { relax_quotes: true, relax_column_count: true, record_delimiter: "\n" });
  } catch (error) {
    if (error instanceof Error) return error;
    throw error;
  }
}
