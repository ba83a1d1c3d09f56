import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { BillLine } from "@payhub/domain";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import {
  fileName,
  footOf,
  gbk,
  ONE_PAYMENT,
  refundRow,
  SELLER,
  type TradeText,
  tradeRow,
  tradeSummaryText,
  tradeText,
  writeArchive,
} from "../../test/alipay-bill.ts";
import { type BillItem, BillUnreadable } from "../channel.ts";
import { readBill } from "./bill-read.ts";
import { TRADE_BILL } from "./bill-trade.ts";

const DETAIL = fileName("业务明细.csv");
const SUMMARY = fileName("业务明细(汇总).csv");
const PAYMENT: BillLine = {
  lineNo: 6,
  kind: "payment",
  outTradeNo: "T1",
  channelTradeNo: "2026112022001425131000000001",
  outRefundNo: null,
  channelRefundNo: null,
  amount: 8888,
  fee: 53,
  status: "succeeded",
  occurredAt: Date.parse("2026-11-20T10:00:06+08:00"),
};
const REFUND: BillLine = {
  ...PAYMENT,
  lineNo: 7,
  kind: "refund",
  outRefundNo: "R1",
  amount: 888,
  fee: -5,
  occurredAt: Date.parse("2026-11-20T11:30:00+08:00"),
};
const BOTH = footOf({ payments: [1, "88.88"], refunds: [1, "-8.88"] });
const line = (of: BillLine): BillItem => ({ kind: "line", line: of });
const malformed = (reason: string, lineNo = 6) => ({
  kind: "malformed",
  lineNo,
  reason: expect.stringContaining(reason),
  text: expect.any(String),
});
const sumDiffers = (name: string, stated: string, counted: string) => ({ kind: "sum_differs", name, stated, counted });

let directory: string;
let count = 0;

async function read(
  files: Readonly<Record<string, Uint8Array | string>>,
  options: { maxRows?: number } = {},
): Promise<BillItem<BillLine>[]> {
  count += 1;
  const path = join(directory, `${count}.zip`);
  await writeArchive(path, files);
  const items: BillItem<BillLine>[] = [];
  for await (const batch of readBill(path, { form: TRADE_BILL, sellerId: SELLER, ...options })) items.push(...batch);
  return items;
}
const readText = (text: TradeText) => read({ [DETAIL]: tradeText(text) });
const readRow = (row: string) => readText({ rows: [row] });

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), "payhub-bill-"));
});
afterAll(() => rm(directory, { recursive: true }));

describe("a trade bill", () => {
  test("gives its payments and refunds, whatever the files' order", async () => {
    const detail = tradeText({ rows: [tradeRow(), refundRow()], foot: BOTH });
    const summary = tradeSummaryText("1\t,1\t,80.00,80.00,0.00,0.00,0.00,-0.48,0.00,79.52");
    const expected = [line(PAYMENT), line(REFUND)];
    expect(await read({ [DETAIL]: detail, [SUMMARY]: summary })).toEqual(expected);
    expect(await read({ "x/../../etc/passwd": summary, "C:\\b": detail })).toEqual(expected);
  });

  test("without business has no lines", async () => {
    const foot = footOf({ payments: [0, "0.00"], refunds: [0, "0.00"] });
    expect(await readText({ rows: [], foot })).toEqual([]);
    expect(await readText({ rows: [], header: "", foot })).toEqual([]);
  });

  test("is read by its header's names", async () => {
    const names =
      "商家实收(元),备注,服务费（元）,退款批次号,订单金额（元）,完成时间,业务类型,新的一列,商户订单号,支付宝交易号";
    const row = "-8.88,,0.05,R1\t,-8.88,2026-11-20 11:30:00,退款\t,x,T1\t,2026112022001425131000000001\t";
    const foot = footOf({ payments: [0, "0.00"], refunds: [1, "-8.88"] });
    expect(await readText({ header: names, rows: [row], foot })).toEqual([line({ ...REFUND, lineNo: 6 })]);
  });

  test.each([
    ["a quoted comma", `"拿铁, 大杯"`],
    ["quoted quotes", `"拿铁 ""大"", 热"`],
    ["quotes inside", `拿铁 5" 杯`],
    ["a free comma", "拿铁,大杯"],
    ["free commas", "拿铁,大杯,热,"],
    ["a character cut in half", gbk("拿铁").subarray(0, 3)],
    ["characters whose second byte is ASCII", "乗乣乤"],
  ])("takes a title with %s", async (_name, title) => {
    const [before = "", after = ""] = tradeText({ rows: [tradeRow({ title: "§" })] }).split("§");
    const bytes = Buffer.concat([gbk(before), typeof title === "string" ? gbk(title) : title, gbk(after)]);
    expect(await read({ [DETAIL]: bytes })).toEqual([line(PAYMENT)]);
  });

  test("takes a remark with commas, no tabs, LF and a byte order mark", async () => {
    expect(await readRow(tradeRow({ remark: "一,二" }))).toEqual([line(PAYMENT)]);
    const plain = tradeText().replaceAll("\t", "").replaceAll("\r", "");
    expect(await read({ [DETAIL]: plain })).toEqual([line(PAYMENT)]);
    expect(await read({ [DETAIL]: Buffer.from(`\ufeff${tradeText()}`) })).toEqual([line(PAYMENT)]);
  });

  test("takes amounts and fees with either sign", async () => {
    const rows = [tradeRow({ fee: "0.53" }), refundRow({ yuan: "8.88", fee: "-0.05" })];
    const foot = footOf({ payments: [1, "88.88"], refunds: [1, "8.88"] });
    expect(await readText({ rows, foot })).toEqual([line(PAYMENT), line(REFUND)]);
  });

  test.each(["", "T1"])("takes a refund under the number %j for a reversal", async (requestNo) => {
    const foot = footOf({ payments: [0, "0.00"], refunds: [1, "-88.88"] });
    const rows = [refundRow({ requestNo, yuan: "-88.88", fee: "" })];
    const reversal = { ...REFUND, lineNo: 6, kind: "reversal", outRefundNo: null, amount: 8888, fee: 0 } as const;
    expect(await readText({ rows, foot })).toEqual([line(reversal)]);
  });

  test("in parts is read part by part, its lines counted through", async () => {
    const foot = footOf({ payments: [0, "0.00"], refunds: [1, "-8.88"] });
    const second = tradeText({ rows: [refundRow(), "x"], foot });
    const first = tradeText();
    const parts = { [fileName("业务明细_2.csv")]: second, [fileName("业务明细_1.csv")]: first };
    const lines = first.split("\r\n").length - 1;
    expect(await read(parts)).toEqual([
      line(PAYMENT),
      line({ ...REFUND, lineNo: lines + 6 }),
      malformed("业务明细_2.csv line 7: 1 columns", lines + 7),
    ]);
    const whole = tradeText({ foot: BOTH });
    const rest = tradeText({ rows: [refundRow()], foot: BOTH });
    expect(await read({ [fileName("业务明细_1.csv")]: whole, [fileName("业务明细_2.csv")]: rest })).toHaveLength(2);
  });
});

describe("a malformed line", () => {
  test.each([
    ["half a row", tradeRow().slice(0, 60), "columns instead of 25"],
    ["a row without its last column", tradeRow().slice(0, -1), "24 columns instead of 25"],
    ["a stray comma", tradeRow().replace("T1", "T,1"), "26 columns instead of 25"],
    ["an open quote", tradeRow({ title: '"拿铁' }), "Quote"],
    ["a comment", `#${tradeRow()}`, "a comment"],
    ["a long line", tradeRow({ remark: "长".repeat(20_000) }), "more than 16384 characters"],
    ["no trade number", tradeRow({ tradeNo: "" }), "支付宝交易号"],
    ["no order number", tradeRow({ orderNo: "" }), "商户订单号"],
    ["a long order number", tradeRow({ orderNo: "T".repeat(65) }), "商户订单号"],
    ["a long refund number", refundRow({ requestNo: "R".repeat(65) }), "退款批次号"],
    ["another business", tradeRow({ type: "转账" }), "another kind of business: 转账"],
    ["no time", tradeRow({ at: "25:00:00" }), "完成时间"],
    ["no amount", tradeRow({ yuan: "88.8x" }), "订单金额"],
    ["nothing", tradeRow({ yuan: "0.00" }), "订单金额"],
    ["half a fen", tradeRow({ yuan: "88.885" }), "订单金额"],
    ["nothing received", tradeRow({ received: "" }), "商家实收"],
    ["a fee of half a fen", tradeRow({ fee: "-0.005" }), "服务费"],
  ])("%s is told, and the next one read", async (_name, row, reason) => {
    const items = await readText({
      rows: [row, tradeRow()],
      foot: footOf({ payments: [2, "177.76"], refunds: [0, "0"] }),
    });
    const [first, second, ...sums] = items;
    expect([first, second]).toEqual([malformed(reason), line({ ...PAYMENT, lineNo: 7 })]);
    expect(sums.every(({ kind }) => kind === "sum_differs")).toBe(true);
  });

  test("with an open quote takes no line with it, though another quote follows there", async () => {
    const rows = [tradeRow({ title: '"拿铁' }), tradeRow({ title: '大"' })];
    const [first, second] = await readText({ rows });
    expect([first, second]).toEqual([malformed("Quote"), line({ ...PAYMENT, lineNo: 7 })]);
  });

  test("shows its beginning, or all of it", async () => {
    expect(await readRow("x")).toContainEqual({ ...malformed("1 columns"), text: "x" });
    const [item] = await readRow(tradeRow({ type: "转账", remark: "长".repeat(500) }));
    expect(item).toMatchObject({ text: expect.stringMatching(/^2026112022001425131000000001\t,T1/) });
    expect(item?.kind === "malformed" && item.text).toHaveLength(200);
  });

  test("below the end is told", async () => {
    expect(await readText({ foot: [...ONE_PAYMENT, "rest"] })).toEqual([line(PAYMENT), malformed("below the end", 11)]);
  });

  test("leaves the money unchecked, not the counts", async () => {
    const rows = [tradeRow(), tradeRow({ yuan: "x" }), "x"];
    expect(await readText({ rows, foot: footOf({ payments: [2, "9.99"], refunds: [1, "-1"] }) })).toHaveLength(3);
    const foot = footOf({ payments: [4, "9.99"], refunds: [2, "-1"] });
    expect((await readText({ rows, foot })).slice(3)).toEqual([
      sumDiffers("交易合计 笔数", "4", "2"),
      sumDiffers("退款合计 笔数", "2", "0"),
    ]);
  });
});

describe("the sums of a bill", () => {
  test.each([
    ["交易合计 笔数", footOf({ payments: [2, "88.88"], refunds: [1, "-8.88"] }), "2", "1"],
    ["交易合计 金额", footOf({ payments: [1, "88.87"], refunds: [1, "-8.88"] }), "88.87", "88.88"],
    ["退款合计 笔数", footOf({ payments: [1, "88.88"], refunds: [0, "-8.88"] }), "0", "1"],
    ["退款合计 金额", footOf({ payments: [1, "88.88"], refunds: [1, "-8.89"] }), "-8.89", "8.88"],
  ])("that differ are told: %s", async (name, foot, stated, counted) => {
    const items = await readText({ rows: [tradeRow(), refundRow()], foot });
    expect(items.slice(2)).toEqual([sumDiffers(name, stated, counted)]);
  });

  test("that are not there are told", async () => {
    expect((await readText({ foot: [] })).slice(1)).toEqual([sumDiffers("交易合计", "—", "1")]);
  });

  test.each([
    ["汇总 交易订单总笔数", "2,0,88.88,88.88,0,0,0,-0.53,0,88.35", "2", "1"],
    ["汇总 退款订单总笔数", "1,1,88.88,88.88,0,0,0,-0.53,0,88.35", "1", "0"],
    ["汇总 商家实收", "1,0,88.88,88.80,0,0,0,-0.53,0,88.35", "88.80", "88.88"],
    ["汇总 服务费", "1,0,88.88,88.88,0,0,0,-0.54,0,88.34", "-0.54", "0.53"],
  ])("in the summary are compared: %s", async (name, cells, stated, counted) => {
    const items = await read({ [SUMMARY]: tradeSummaryText(cells), [DETAIL]: tradeText() });
    expect(items.slice(1)).toEqual([sumDiffers(name, stated, counted)]);
  });
});

describe("a bill that cannot be read", () => {
  const refused = (files: Record<string, Uint8Array | string>, words: string, options = {}) =>
    expect(read(files, options)).rejects.toSatisfy(
      (error) => error instanceof BillUnreadable && error.message.includes(words),
    );
  const detail = (text: TradeText) => ({ [DETAIL]: tradeText(text) });

  test.each([
    ["another account's", detail({ account: "20880000000000020156" }), "another account, 20880000000000020156"],
    ["nobody's", { [DETAIL]: tradeText().replace("账号", "帐号") }, "another account"],
    ["cut in a row", { [DETAIL]: tradeText().slice(0, 500) }, "cut off in line 6"],
    ["cut after its rows", detail({ end: "", foot: [] }), "cut off"],
    ["cut in its end mark", detail({ end: "#-----业务明细列", foot: [] }), "cut off"],
    ["cut in its head", { [DETAIL]: tradeText().slice(0, 20) }, "another account"],
    ["empty", { [DETAIL]: "" }, "not a file of this bill"],
    ["the other kind", { [DETAIL]: tradeText().replaceAll("业务", "账务") }, "not a file of this bill"],
    ["with a strange file", { [DETAIL]: tradeText(), "readme.txt": "hello" }, "readme.txt: not a file of this bill"],
    ["a summary alone", { [SUMMARY]: tradeSummaryText("0,0,0,0,0,0,0,0,0,0") }, "without a list"],
    ["without a column", { [DETAIL]: tradeText().replace("完成时间", "时间") }, "no column 完成时间"],
    ["of too many columns", detail({ header: "a,".repeat(200), rows: [] }), "a header"],
    ["naming a column twice", { [DETAIL]: tradeText().replace("备注", "服务费") }, "names 服务费 twice"],
    ["adding up to no number", detail({ rows: Array(10).fill(tradeRow({ yuan: "9999999999999.99" })) }), "be added up"],
    ["full of comments", { [DETAIL]: "#支付宝业务明细查询\n".repeat(51) }, "more than 50 comments"],
  ])("is refused when it is %s", async (_name, files, words) => {
    await refused(files, words);
  });

  test("is refused when its summary is cut", async () => {
    const cut = tradeSummaryText("1,0,88.88,88.88,0,0,0,-0.53,0,88.35").slice(0, 300);
    await refused({ [DETAIL]: tradeText(), [SUMMARY]: cut }, "cut off");
  });

  test("is refused when it has more rows than any day", async () => {
    const files = detail({ rows: [tradeRow(), "x"], foot: ONE_PAYMENT });
    expect(await read(files, { maxRows: 2 })).toHaveLength(2);
    await refused(files, "more than 1 rows", { maxRows: 1 });
  });
});
