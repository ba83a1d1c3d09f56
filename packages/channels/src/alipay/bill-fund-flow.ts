import type { FundFlowKind, FundFlowLine } from "@payhub/domain";
import { parseBeijingTime } from "./beijing-time.ts";
import type { BillForm, Reading, Side } from "./bill-form.ts";
import { fenOf } from "./yuan.ts";

/** What a movement is in its usual direction; in the other one, as when the merchant is a buyer, it is none of these. */
const KINDS: Readonly<Record<string, { kind: FundFlowKind; side: Side }>> = {
  在线支付: { kind: "payment", side: "in" },
  交易付款: { kind: "payment", side: "in" },
  交易收款: { kind: "payment", side: "in" },
  交易: { kind: "payment", side: "in" },
  收费: { kind: "fee", side: "out" },
  服务费: { kind: "fee", side: "out" },
  退款: { kind: "refund", side: "out" },
  交易退款: { kind: "refund", side: "out" },
  退费: { kind: "fee_return", side: "in" },
  返还: { kind: "fee_return", side: "in" },
  服务费返还: { kind: "fee_return", side: "in" },
  服务费退还: { kind: "fee_return", side: "in" },
};

const MAX_NUMBER_LENGTH = 64;

/**
 * 账务明细, how the balance moved. Merchants choose its columns; these five must be among them.
 * Source: https://opendocs.alipay.com/open/204/106262
 */
export const FUND_FLOW_BILL: BillForm<FundFlowLine> = {
  billKind: "fund_flow",
  sides: { in: "收入", out: "支出" },
  summary: [
    { column: "收入笔数", unit: "rows", counted: ({ rows }) => [rows.in] },
    { column: "收入金额", unit: "fen", counted: ({ fen }) => [fen.in] },
    { column: "支出笔数", unit: "rows", counted: ({ rows }) => [rows.out] },
    { column: "支出金额", unit: "fen", counted: ({ fen }) => [fen.out] },
  ],
  rowReader(sheet) {
    const [occurredAt, income, expense, business, orderNo] = [
      sheet.column("发生时间"),
      sheet.column("收入金额"),
      sheet.column("支出金额"),
      sheet.column("业务类型"),
      sheet.column("商户订单号"),
    ] as const;
    return (cells, lineNo) => {
      const at = (index: number) => cells[index]?.trim() ?? "";
      return readingOf({
        lineNo,
        occurredAt: parseBeijingTime(at(occurredAt)),
        income: at(income) === "" ? 0 : fenOf(at(income)),
        expense: at(expense) === "" ? 0 : fenOf(at(expense)),
        business: at(business),
        orderNo: at(orderNo),
      });
    };
  },
};

interface Row {
  lineNo: number;
  occurredAt: number | undefined;
  income: number | undefined;
  expense: number | undefined;
  business: string;
  orderNo: string;
}

function readingOf({ lineNo, occurredAt, income, expense, business, orderNo }: Row): Reading<FundFlowLine> {
  if (income === undefined || expense === undefined) return problem("an amount that is none");
  if ((income === 0) === (expense === 0)) return problem("neither 收入 nor 支出, or both");
  const side = income === 0 ? "out" : "in";
  if (occurredAt === undefined) return problem("a 发生时间 that is no time", side);
  if (orderNo.length > MAX_NUMBER_LENGTH) return problem("a 商户订单号 that is too long", side);
  const usual = KINDS[business];
  const amount = Math.abs(income + expense);
  const kind = usual?.side === side ? usual.kind : "other";
  const line: FundFlowLine = {
    lineNo,
    kind,
    direction: side,
    amount,
    occurredAt,
    outNo: orderNo === "" ? null : orderNo,
  };
  return { line, side, fen: amount, fee: 0 };
}

function problem(text: string, side?: Side): Reading<FundFlowLine> {
  return { problem: text, side };
}
