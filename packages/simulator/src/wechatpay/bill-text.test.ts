import { createHash } from "node:crypto";
import { expect, test } from "vitest";
import { fundFlowBill } from "./bill-fund-flow.ts";
import type { BillLine } from "./bill-lines.ts";
import { feeYuan, plainText, yuan } from "./bill-text.ts";
import { tradeBill } from "./bill-trade.ts";

const at = (time: string) => Date.parse(`2026-01-15T${time}+08:00`);

const coffee: BillLine = {
  kind: "payment",
  outTradeNo: "T20260115A001",
  amount: 1250,
  fee: 8,
  status: "SUCCESS",
  at: at("10:02:03"),
  appid: "wx1234567890abcdef",
  mchid: "1900000109",
  subMchid: undefined,
  transactionId: "4200000000202601150000000001",
  openid: "oMADEUPopenid0000000000001",
  tradeType: "NATIVE",
  bankType: "OTHERS",
  description: "Demo coffee",
  attach: "shop-7",
  feeRate: 60,
};

const tea: BillLine = {
  ...coffee,
  outTradeNo: "T20260115A002",
  amount: 3000,
  fee: 18,
  at: at("11:20:00"),
  transactionId: "4200000000202601150000000002",
  openid: "oMADEUPopenid0000000000002",
  tradeType: "JSAPI",
  bankType: "CMB_DEBIT",
  description: "Demo tea",
  attach: "",
};

const teaBack: BillLine = {
  ...tea,
  kind: "refund",
  outRefundNo: "R20260115A002",
  amount: 1000,
  fee: -6,
  at: at("15:45:10"),
  refundId: "50000000002026011500000000001",
  refundType: "ORIGINAL",
};

const digest = (bytes: Buffer) => [bytes.length, createHash("sha1").update(bytes).digest("hex")];

test("the bytes of a known trade bill", () => {
  const bytes = tradeBill([coffee, tea, teaBack], { billType: "ALL" });
  expect(digest(bytes)).toEqual([1362, "79fdcde58bd89cbafcf8f870c8e2ac90868978ce"]);
});

test("the bytes of a known fund-flow bill", () => {
  const lines = [
    { ...coffee, status: "交易" },
    { ...teaBack, status: "退款" },
  ];
  const bytes = fundFlowBill({ opening: 10_000, lines });
  expect(digest(bytes)).toEqual([850, "9a680f991b3aedb466e2eed313f0506c5bdbf60e"]);
});

test.each([
  ["SUCCESS", 20, [coffee], ["`1", "`12.50", "`0.08000", "`12.50"]],
  ["REFUND", 29, [teaBack], ["`1", "`0.00", "`10.00", "`0.00", "`-0.06000", "`0.00", "`10.00"]],
] as const)("a bill of type %s has %i columns and its own sums", (billType, count, lines, summary) => {
  const text = tradeBill(lines, { billType }).toString("utf8").split("\r\n");
  expect(text).toHaveLength(5);
  expect(text[0]?.split(",")).toHaveLength(count);
  expect(text[1]?.split(",`")).toHaveLength(count);
  expect(text[3]).toBe(summary.join(","));
});

test.each([
  [0, "0.00", "0.00000"],
  [-0, "0.00", "0.00000"],
  [8, "0.08", "0.08000"],
  [-6, "-0.06", "-0.06000"],
  [123_456, "1234.56", "1234.56000"],
])("%i fen", (fen, amount, fee) => {
  expect([yuan(fen), feeYuan(fen)]).toEqual([amount, fee]);
});

test("a merchant's text stays in its line and column", () => {
  expect(plainText("tea, hot\r\nand `sweet`\u0001")).toBe("tea\\  hot\\r\\nand `sweet`");
});
