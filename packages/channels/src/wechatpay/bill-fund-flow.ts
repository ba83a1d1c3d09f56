import type { FundFlowKind, FundFlowLine } from "@payhub/domain";
import { type Columns, columnOf, wordIn, wordTable } from "./bill-columns.ts";
import type { LineReader } from "./bill-read.ts";
import type { Row } from "./bill-row.ts";

/**
 * Everything else is no trade: a withdrawal, a transfer. So is 退款关闭, the money of a refund that was given up, since the trade bill
 * of the day on which it comes back has no line for it.
 */
const KINDS = wordTable<FundFlowKind>({
  交易: "payment",
  扣除交易手续费: "fee",
  退款: "refund",
  退还交易手续费: "fee_return",
});
const DIRECTIONS = wordTable({ 收入: "in", 支出: "out" } as const);
const NONE = wordTable({ "": true, "0": true } as const);

/** Reads the lines of a fund-flow bill (https://pay.weixin.qq.com/doc/v3/merchant/4012791908), in any order of columns. */
export function fundFlowLineReader(columns: Columns): LineReader<FundFlowLine> {
  const at = {
    time: columnOf(columns, "记账时间"),
    kind: columnOf(columns, "业务类型"),
    direction: columnOf(columns, "收支类型"),
    amount: columnOf(columns, "收支金额(元)", "收支金额（元）"),
    outNo: columnOf(columns, "业务凭证号"),
  };
  const lines = { in: 0, out: 0 };
  const amounts = { in: 0, out: 0 };

  function read(row: Row, lineNo: number): FundFlowLine | string {
    const occurredAt = row.time(at.time);
    const direction = wordIn(row, at.direction, DIRECTIONS);
    const amount = row.fen(at.amount);
    if (Number.isNaN(occurredAt)) return "记账时间 is no time";
    if (direction === undefined) return "收支类型 is not known";
    if (!(amount >= 0)) return "收支金额 is no amount of whole fen";
    lines[direction] += 1;
    amounts[direction] += amount;
    const kind = wordIn(row, at.kind, KINDS) ?? "other";
    const outNo = wordIn(row, at.outNo, NONE) ? null : (row.number(at.outNo) ?? null);
    return { lineNo, kind, direction, amount, occurredAt, outNo };
  }
  return {
    countName: "资金流水总笔数",
    read,
    sums: () => [
      { name: "收入笔数", counted: lines.in, isMoney: false },
      { name: "收入金额", counted: amounts.in, isMoney: true },
      { name: "支出笔数", counted: lines.out, isMoney: false },
      { name: "支出金额", counted: amounts.out, isMoney: true },
    ],
  };
}
