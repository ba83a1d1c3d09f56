import type { BillItem } from "@payhub/channels";
import { FUND_FLOW_KINDS, type FundFlowKind, type FundFlowLine, type FundFlowTotal } from "@payhub/domain";
import { addFinding, type FoundDifferences } from "./found.ts";
import type { RunScope } from "./scope.ts";
import { malformed, sumDiffers } from "./unreadable.ts";

/** How the balance moved by one kind of movement. */
export type FlowSum = Pick<FundFlowTotal, "flowKind" | "inCount" | "inAmount" | "outCount" | "outAmount">;

/** What reading a fund-flow bill came to. */
export interface FlowReading {
  isWhole: boolean;
  /** Of the kinds that moved anything. */
  sums: FlowSum[];
}

/** Sums a fund-flow bill; a day without one moved nothing. */
export async function readFundFlowBill(
  scope: RunScope,
  { path, found }: { path: string | undefined; found: FoundDifferences },
): Promise<FlowReading> {
  const sums = new Map<FundFlowKind, FlowSum>(
    FUND_FLOW_KINDS.map((flowKind) => [flowKind, { flowKind, inCount: 0, inAmount: 0, outCount: 0, outAmount: 0 }]),
  );
  let isWhole = true;

  function takeLine({ kind, direction, amount }: FundFlowLine): void {
    const sum = sums.get(kind);
    if (!sum) return;
    if (direction === "in") {
      sum.inCount++;
      sum.inAmount += amount;
    } else {
      sum.outCount++;
      sum.outAmount += amount;
    }
  }

  function takeItem(item: BillItem<FundFlowLine>): void {
    switch (item.kind) {
      case "line":
        takeLine(item.line);
        return;
      case "malformed":
        isWhole = false;
        addFinding(scope, found, malformed("fund_flow", item));
        return;
      case "sum_differs":
        addFinding(scope, found, sumDiffers("fund_flow", item));
    }
  }

  for await (const items of path === undefined ? [] : scope.connected.connection.readFundFlowBill(path)) {
    for (const item of items) takeItem(item);
    const told = scope.meter.count({ linesRead: items.length });
    if (told) await told;
  }
  return { isWhole, sums: [...sums.values()].filter(({ inCount, outCount }) => inCount + outCount > 0) };
}

/** What the balance gained by trading, in fen: movements that are no trade left out. */
export function tradeNetOf(sums: readonly FlowSum[]): number {
  let net = 0;
  for (const { flowKind, inAmount, outAmount } of sums) if (flowKind !== "other") net += inAmount - outAmount;
  return net;
}
