import type { BillLine } from "@payhub/domain";
import { parseBeijingTime } from "./beijing-time.ts";
import type { BillForm, Reading, Side } from "./bill-form.ts";
import { fenOf } from "./yuan.ts";

const SIDE_OF: Readonly<Record<string, Side>> = { 交易: "in", 退款: "out" };

/** Merchants number their orders as they like; Alipay takes 64 characters. */
const NUMBER = /^[\x21-\x7e]{1,64}$/;

/**
 * 业务明细, what was traded. Amounts are taken without their sign, which bills write either way; a kind of business beside
 * 交易 and 退款 moves no payment of ours and is left to people. Source: https://opendocs.alipay.com/open/204/106262
 */
export const TRADE_BILL: BillForm<BillLine> = {
  billKind: "trade",
  sides: { in: "交易", out: "退款" },
  summary: [
    { column: "交易订单总笔数", unit: "rows", counted: ({ rows }) => [rows.in] },
    { column: "退款订单总笔数", unit: "rows", counted: ({ rows }) => [rows.out] },
    // Whether the totals are net of refunds is said nowhere.
    { column: "商家实收", unit: "fen", counted: ({ fen }) => [fen.in - fen.out, fen.in] },
    { column: "服务费", unit: "fen", counted: ({ fees }) => [fees.in + fees.out, fees.in] },
  ],
  rowReader(sheet) {
    const [tradeNo, orderNo, business, finishedAt, amount, received, fee, requestNo] = [
      sheet.column("支付宝交易号"),
      sheet.column("商户订单号"),
      sheet.column("业务类型"),
      sheet.column("完成时间"),
      sheet.column("订单金额"),
      sheet.column("商家实收"),
      sheet.column("服务费"),
      sheet.column("退款批次号"),
    ] as const;
    return (cells, lineNo) => {
      const at = (index: number) => cells[index]?.trim() ?? "";
      const side = SIDE_OF[at(business)];
      const row = {
        lineNo,
        side,
        channelTradeNo: at(tradeNo),
        outTradeNo: at(orderNo),
        requestNo: at(requestNo),
        occurredAt: parseBeijingTime(at(finishedAt)),
        amount: fenOf(at(amount)),
        received: fenOf(at(received)),
        fee: at(fee) === "" ? 0 : fenOf(at(fee)),
      };
      return side === undefined
        ? { problem: `another kind of business: ${at(business).slice(0, 20)}`, side }
        : readingOf({ ...row, side });
    };
  },
};

interface Row {
  lineNo: number;
  side: Side;
  channelTradeNo: string;
  outTradeNo: string;
  requestNo: string;
  occurredAt: number | undefined;
  amount: number | undefined;
  received: number | undefined;
  fee: number | undefined;
}

function readingOf(row: Row): Reading<BillLine> {
  const { lineNo, side, channelTradeNo, outTradeNo, requestNo, occurredAt, amount, received, fee } = row;
  const problem = (text: string) => ({ problem: text, side });
  if (!NUMBER.test(channelTradeNo)) return problem("no 支付宝交易号");
  if (!NUMBER.test(outTradeNo)) return problem("no 商户订单号");
  if (occurredAt === undefined) return problem("a 完成时间 that is no time");
  if (amount === undefined || amount === 0) return problem("a 订单金额 that is no amount");
  if (received === undefined) return problem("a 商家实收 that is no amount");
  if (fee === undefined) return problem("a 服务费 that is no amount");
  if (side === "out" && requestNo !== "" && !NUMBER.test(requestNo))
    return problem("a 退款批次号/请求号 that is no number");
  // A cancelled order gives its money back under no number, or under its own.
  const isRefund = side === "out" && requestNo !== "" && requestNo !== outTradeNo;
  const charged = side === "in" ? Math.abs(fee) : 0 - Math.abs(fee);
  const line: BillLine = {
    lineNo,
    kind: side === "in" ? "payment" : isRefund ? "refund" : "reversal",
    outTradeNo,
    channelTradeNo,
    outRefundNo: isRefund ? requestNo : null,
    channelRefundNo: null,
    amount: Math.abs(amount),
    fee: charged,
    status: "succeeded",
    occurredAt,
  };
  return { line, side, fen: Math.abs(received), fee: charged };
}
