import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { FundFlowLine } from "@payhub/domain";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import {
  fileName,
  fundFlowRow,
  fundFlowSummaryText,
  fundFlowText,
  SELLER,
  writeArchive,
} from "../../test/alipay-bill.ts";
import { type BillItem, BillUnreadable } from "../channel.ts";
import { FUND_FLOW_BILL } from "./bill-fund-flow.ts";
import { readBill } from "./bill-read.ts";

const NONE_OUT = "#支出合计：0笔，共0.00元";
const ONE_IN = [NONE_OUT, "#收入合计：1笔，共88.88元"];
const LINE: FundFlowLine = {
  lineNo: 6,
  kind: "payment",
  direction: "in",
  amount: 8888,
  occurredAt: Date.parse("2026-11-20T10:00:06+08:00"),
  outNo: "T1",
};

let directory: string;
let count = 0;

async function read(files: Readonly<Record<string, string>>): Promise<BillItem<FundFlowLine>[]> {
  count += 1;
  const path = join(directory, `${count}.zip`);
  await writeArchive(path, files);
  const items: BillItem<FundFlowLine>[] = [];
  for await (const batch of readBill(path, { form: FUND_FLOW_BILL, sellerId: SELLER })) items.push(...batch);
  return items;
}
const readRows = (rows: readonly string[], foot: readonly string[]) =>
  read({ [fileName("账务明细.csv")]: fundFlowText({ rows, foot }) });

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), "payhub-fund-flow-"));
});
afterAll(() => rm(directory, { recursive: true }));

describe("a fund-flow bill", () => {
  test.each([
    ["在线支付", { income: "88.88" }, "payment", "in"],
    ["交易付款\t", { income: "88.88", expense: "" }, "payment", "in"],
    ["收费", { expense: "-88.88" }, "fee", "out"],
    ["收费", { expense: "88.88" }, "fee", "out"],
    ["退款", { expense: "-88.88" }, "refund", "out"],
    ["交易退款", { expense: "-88.88" }, "refund", "out"],
    ["退费", { income: "88.88" }, "fee_return", "in"],
    ["返还", { income: "88.88" }, "fee_return", "in"],
    ["提现", { expense: "-88.88" }, "other", "out"],
    ["交易付款", { expense: "-88.88" }, "other", "out"],
    ["退款", { income: "88.88" }, "other", "in"],
  ] as const)("takes %s %j for %s", async (type, amounts, kind, direction) => {
    const [income, expense] = direction === "in" ? ["1笔，共88.88", "0笔，共0.00"] : ["0笔，共0.00", "1笔，共88.88"];
    const foot = [`#支出合计：${expense}元`, `#收入合计：${income}元`];
    expect(await readRows([fundFlowRow({ type, ...amounts })], foot)).toEqual([
      { kind: "line", line: { ...LINE, kind, direction } },
    ]);
  });

  test("names no order where there is none", async () => {
    const [item] = await readRows([fundFlowRow({ income: "88.88", orderNo: "" })], ONE_IN);
    expect(item).toEqual({ kind: "line", line: { ...LINE, outNo: null } });
  });

  test("takes comments that are filled up with commas", async () => {
    const text = fundFlowText({ rows: [fundFlowRow({ income: "88.88" })], foot: ONE_IN });
    const filled = text.replace(/^#.*$/gm, (comment) => `${comment.trim()},,,,,,,`);
    expect(await read({ "a.csv": filled })).toEqual([{ kind: "line", line: LINE }]);
  });

  test.each([
    ["neither", {}],
    ["both", { income: "1.00", expense: "-1.00" }],
    ["no amount", { income: "一元" }],
    ["no time", { income: "1.00", at: "x" }],
    ["a long number", { income: "1.00", orderNo: "1".repeat(65) }],
  ])("tells a line of %s", async (_name, cells) => {
    const [item] = await readRows([fundFlowRow(cells)], [NONE_OUT, NONE_OUT.replace("支出", "收入")]);
    expect(item).toMatchObject({ kind: "malformed", lineNo: 6 });
  });

  test("tells sums that differ, its own and its summary's", async () => {
    const rows = [fundFlowRow({ income: "88.88" }), fundFlowRow({ expense: "-0.53", type: "收费" })];
    const foot = ["#支出合计：2笔，共0.53元", "#收入合计：1笔，共88.80元"];
    const right = "1,88.88,1,-0.53,88.35";
    const texts = (cells: string, below = ["#支出合计：1笔，共-0.53元", ONE_IN[1] ?? ""]) => ({
      "1.csv": fundFlowSummaryText(cells),
      "2.csv": fundFlowText({ rows, foot: below }),
    });
    const sums = async (files: Record<string, string>) => (await read(files)).slice(2);
    const differs = (name: string, stated: string, counted: string) => ({ kind: "sum_differs", name, stated, counted });
    expect(await sums(texts(right))).toEqual([]);
    expect(await sums(texts(right, foot))).toEqual([
      differs("收入合计 金额", "88.80", "88.88"),
      differs("支出合计 笔数", "2", "1"),
    ]);
    expect(await sums(texts("2,88.80,2,-0.50,88.30"))).toEqual([
      differs("汇总 收入笔数", "2", "1"),
      differs("汇总 收入金额", "88.80", "88.88"),
      differs("汇总 支出笔数", "2", "1"),
      differs("汇总 支出金额", "-0.50", "0.53"),
    ]);
  });

  test.each(["业务类型", "发生时间", "收入金额", "支出金额", "商户订单号"])("needs its column %s", async (column) => {
    const text = fundFlowText({ rows: [fundFlowRow({ income: "88.88" })], foot: ONE_IN }).replace(column, "别的");
    await expect(read({ "a.csv": text })).rejects.toThrow(BillUnreadable);
  });
});
