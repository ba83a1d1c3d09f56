import type { BillItem } from "@payhub/channels";
import type { BillLine } from "@payhub/domain";
import { addFinding, type FoundDifferences } from "./found.ts";
import { faultOf, textOfLine } from "./line-text.ts";
import { openParts } from "./partition.ts";
import type { RunScope } from "./scope.ts";
import { malformed, sumDiffers } from "./unreadable.ts";

/** What reading a trade bill came to, beside its parts. */
export interface TradeReading {
  /** Whether every line could be read. */
  isWhole: boolean;
  /** The words of the lines that could not be read, with how many of them have each: numbers of ours among them are not missing. */
  named: ReadonlyMap<string, number>;
}

const NAMED_LIMIT = 100_000;
const WORD = /[\w*-]{6,64}/g;

/** Reads a trade bill into parts by the order's number; a day without one gives empty parts. */
export async function readTradeBill(
  scope: RunScope,
  { path, directory, found }: { path: string | undefined; directory: string; found: FoundDifferences },
): Promise<TradeReading> {
  const named = new Map<string, number>();
  let isWhole = true;
  const parts = await openParts(directory, "line");

  function takeMalformed(item: Extract<BillItem, { kind: "malformed" }>): void {
    isWhole = false;
    for (const word of new Set(item.text.match(WORD))) {
      if (named.has(word) || named.size < NAMED_LIMIT) named.set(word, (named.get(word) ?? 0) + 1);
    }
    addFinding(scope, found, malformed("trade", item));
  }

  function takeItem(item: BillItem<BillLine>): Promise<void> | undefined {
    switch (item.kind) {
      case "line": {
        const { line } = item;
        const reason = faultOf(line);
        if (reason === undefined) return parts.add(line.outTradeNo, textOfLine(line));
        takeMalformed({ kind: "malformed", lineNo: line.lineNo, reason, text: textOfLine(line) });
        return undefined;
      }
      case "malformed":
        takeMalformed(item);
        return undefined;
      case "sum_differs":
        addFinding(scope, found, sumDiffers("trade", item));
        return undefined;
    }
  }

  try {
    for await (const items of path === undefined ? [] : scope.connected.connection.readTradeBill(path)) {
      for (const item of items) {
        const written = takeItem(item);
        if (written) await written;
      }
      const told = scope.meter.count({ linesRead: items.length });
      if (told) await told;
    }
  } finally {
    await parts.close();
  }
  return { isWhole, named };
}
