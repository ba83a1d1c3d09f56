/** The columns of a trade bill of all kinds, and of its sums. */
export const TRADE_HEADER =
  "交易时间,公众账号ID,商户号,特约商户号,设备号,微信订单号,商户订单号,用户标识,交易类型,交易状态,付款银行,货币种类,应结订单金额,代金券金额,微信退款单号,商户退款单号,退款金额,充值券退款金额,退款类型,退款状态,商品名称,商户数据包,手续费,费率,订单金额,申请退款金额,费率备注";
export const TRADE_SUMS =
  "总交易单数,应结订单总金额,退款总金额,充值券退款总金额,手续费总金额,订单总金额,申请退款总金额";

/** Two payments and a refund, as the channel would write them. */
export const TRADE_LINES = [
  "`2026-01-15 10:02:03,`wx1234567890abcdef,`1900000109,`0,`,`4200000000202601150000000001,`T20260115A001,`oMADEUPopenid0000000000001,`NATIVE,`SUCCESS,`OTHERS,`CNY,`12.50,`0.00,`0,`0,`0.00,`0.00,`,`,`Demo coffee,`shop-7,`0.08000,`0.60%,`12.50,`0.00,`",
  "`2026-01-15 11:20:00,`wx1234567890abcdef,`1900000109,`0,`,`4200000000202601150000000002,`T20260115A002,`oMADEUPopenid0000000000002,`JSAPI,`SUCCESS,`CMB_DEBIT,`CNY,`30.00,`0.00,`0,`0,`0.00,`0.00,`,`,`Demo tea,`,`0.18000,`0.60%,`30.00,`0.00,`",
  "`2026-01-15 15:45:10,`wx1234567890abcdef,`1900000109,`0,`,`4200000000202601150000000002,`T20260115A002,`oMADEUPopenid0000000000002,`JSAPI,`REFUND,`CMB_DEBIT,`CNY,`0.00,`0.00,`50000000002026011500000000001,`R20260115A002,`10.00,`0.00,`ORIGINAL,`SUCCESS,`Demo tea,`,`-0.06000,`0.60%,`0.00,`10.00,`",
] as const;
export const TRADE_BILL = billOf([
  TRADE_HEADER,
  ...TRADE_LINES,
  TRADE_SUMS,
  "`3,`42.50,`10.00,`0.00,`0.20000,`42.50,`10.00",
]);
export const TRADE_SHA1 = "79fdcde58bd89cbafcf8f870c8e2ac90868978ce";

export const FUND_FLOW_HEADER =
  "记账时间,微信支付业务单号,资金流水单号,业务名称,业务类型,收支类型,收支金额(元),账户结余(元),资金变更提交申请人,备注,业务凭证号";
export const FUND_FLOW_SUMS = "资金流水总笔数,收入笔数,收入金额,支出笔数,支出金额";
/** A payment, its fee and a refund, as the channel would write them. */
export const FUND_FLOW_LINES = [
  "`2026-01-15 10:02:03,`4200000000202601150000000001,`4200000000202601150000000001,`交易,`交易,`收入,`12.50,`112.50,`system,`结算总金额 12.50 元;含手续费 0.08 元,`T20260115A001",
  "`2026-01-15 10:02:03,`4200000000202601150000000001,`4200000000202601150000000001,`交易,`扣除交易手续费,`支出,`0.08,`112.42,`system,`扣除手续费,`T20260115A001",
  "`2026-01-15 15:45:10,`50000000002026011500000000001,`4200000000202601150000000002,`退款,`退款,`支出,`9.94,`102.48,`1900000109API,`退款总金额10.00元;含手续费0.06元,`R20260115A002",
] as const;
export const FUND_FLOW_BILL = billOf([FUND_FLOW_HEADER, ...FUND_FLOW_LINES, FUND_FLOW_SUMS, "`3,`1,`12.50,`2,`10.02"]);
export const FUND_FLOW_SHA1 = "9a680f991b3aedb466e2eed313f0506c5bdbf60e";

/** A bill's bytes: a mark of UTF-8 at the beginning, and every line ended by both characters. */
export function billOf(lines: readonly string[]): Buffer {
  return Buffer.from(`\uFEFF${lines.map((line) => `${line}\r\n`).join("")}`);
}

/** One line of values by their columns' names; a plain payment where nothing else is said. */
export function tradeLine(changes: Readonly<Record<string, string>>, header = TRADE_HEADER): string {
  const plain: Record<string, string> = { ...PAYMENT, ...changes };
  return header
    .split(",")
    .map((name) => `\`${plain[name] ?? ""}`)
    .join(",");
}

const PAYMENT = {
  交易时间: "2026-01-15 10:02:03",
  公众账号ID: "wx1234567890abcdef",
  商户号: "1900000109",
  特约商户号: "0",
  微信订单号: "4200000000202601150000000001",
  商户订单号: "T20260115A001",
  交易类型: "NATIVE",
  交易状态: "SUCCESS",
  付款银行: "OTHERS",
  货币种类: "CNY",
  应结订单金额: "12.50",
  代金券金额: "0.00",
  微信退款单号: "0",
  商户退款单号: "0",
  退款金额: "0.00",
  充值券退款金额: "0.00",
  商品名称: "Demo coffee",
  手续费: "0.08000",
  费率: "0.60%",
  订单金额: "12.50",
  申请退款金额: "0.00",
} as const;

/** What turns the plain payment into a refund. */
export const REFUND = {
  交易状态: "REFUND",
  应结订单金额: "0.00",
  订单金额: "0.00",
  微信退款单号: "50000000002026011500000000001",
  商户退款单号: "R20260115A002",
  退款金额: "10.00",
  申请退款金额: "10.00",
  退款类型: "ORIGINAL",
  退款状态: "SUCCESS",
  手续费: "-0.06000",
} as const;
