import { createHash } from "node:crypto";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import type { BillLine, FundFlowLine } from "@payhub/domain";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import {
  billOf,
  FUND_FLOW_BILL,
  FUND_FLOW_HEADER,
  FUND_FLOW_SHA1,
  FUND_FLOW_SUMS,
  REFUND,
  TRADE_BILL,
  TRADE_HEADER,
  TRADE_LINES,
  TRADE_SHA1,
  TRADE_SUMS,
  tradeLine,
} from "../../test/wechatpay-bill.ts";
import { type BillItem, BillUnreadable } from "../channel.ts";
import { fundFlowLineReader } from "./bill-fund-flow.ts";
import { BILL_LIMITS, type BillLimits } from "./bill-limits.ts";
import { readBill } from "./bill-read.ts";
import { tradeLineReader } from "./bill-trade.ts";

let directory = "";
let files = 0;
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), "payhub-bill-"));
});
afterAll(() => rm(directory, { recursive: true }));

interface Options {
  mchid?: string;
  subMchid?: string;
  limits?: Partial<BillLimits>;
}

async function write(bytes: Buffer): Promise<string> {
  files += 1;
  const path = join(directory, String(files));
  await writeFile(path, bytes);
  return path;
}

async function readTrade(
  bytes: Buffer,
  { mchid = "1900000109", subMchid, limits }: Options = {},
): Promise<BillItem<BillLine>[]> {
  const merchant = { mchid, ...(subMchid !== undefined && { subMchid }) };
  const path = await write(bytes);
  const batches = readBill(path, (columns) => tradeLineReader(columns, merchant), { ...BILL_LIMITS, ...limits });
  return (await all(batches)).flat();
}

async function readFundFlow(bytes: Buffer): Promise<BillItem<FundFlowLine>[]> {
  return (await all(readBill(await write(bytes), fundFlowLineReader, BILL_LIMITS))).flat();
}

const at = (time: string) => Date.parse(`2026-01-15T${time}+08:00`);
const payment = {
  lineNo: 2,
  kind: "payment",
  outTradeNo: "T20260115A001",
  channelTradeNo: "4200000000202601150000000001",
  outRefundNo: null,
  channelRefundNo: null,
  amount: 1250,
  fee: 8,
  status: "succeeded",
  occurredAt: at("10:02:03"),
} as const;
const LINES = [
  payment,
  {
    ...payment,
    lineNo: 3,
    outTradeNo: "T20260115A002",
    channelTradeNo: "4200000000202601150000000002",
    amount: 3000,
    fee: 18,
    occurredAt: at("11:20:00"),
  },
  {
    lineNo: 4,
    kind: "refund",
    outTradeNo: "T20260115A002",
    channelTradeNo: "4200000000202601150000000002",
    outRefundNo: "R20260115A002",
    channelRefundNo: "50000000002026011500000000001",
    amount: 1000,
    fee: -6,
    status: "succeeded",
    occurredAt: at("15:45:10"),
  },
];
const asItems = (lines: readonly object[]) => lines.map((line) => ({ kind: "line", line }));
const ITEMS = asItems(LINES);

/** A bill of given lines whose sums are not looked at, since it counts itself right and has no others. */
const counted = (lines: readonly string[], header = TRADE_HEADER) =>
  billOf([header, ...lines, "总交易单数", `\`${lines.length}`]);
const MOST = "9999999999999.99";
const oneLine = async (changes: Readonly<Record<string, string>>) =>
  (await readTrade(counted([tradeLine(changes)])))[0];

describe("the samples", () => {
  test("have the bytes that the channel would write", () => {
    expect([TRADE_BILL.length, sha1(TRADE_BILL)]).toEqual([1362, TRADE_SHA1]);
    expect([FUND_FLOW_BILL.length, sha1(FUND_FLOW_BILL)]).toEqual([850, FUND_FLOW_SHA1]);
  });

  test("give their lines, packed or not", async () => {
    expect(await readTrade(TRADE_BILL)).toEqual(ITEMS);
    expect(await readTrade(gzipSync(TRADE_BILL))).toEqual(ITEMS);
  });

  test("the fund flow gives every movement", async () => {
    const flow = { lineNo: 2, kind: "payment", direction: "in", amount: 1250, occurredAt: at("10:02:03") };
    const outNo = "T20260115A001";
    expect(await readFundFlow(FUND_FLOW_BILL)).toEqual(
      asItems([
        { ...flow, outNo },
        { ...flow, lineNo: 3, kind: "fee", direction: "out", amount: 8, outNo },
        {
          ...flow,
          lineNo: 4,
          kind: "refund",
          direction: "out",
          amount: 994,
          occurredAt: at("15:45:10"),
          outNo: "R20260115A002",
        },
      ]),
    );
  });
});

describe("the form", () => {
  test.each([
    ["without a mark and with plain line ends", String(TRADE_BILL).replaceAll("\r", "").slice(1)],
    ["without the last line's end", String(TRADE_BILL).slice(0, -2)],
    ["with an empty line at its end", `${TRADE_BILL}\r\n`],
  ])("%s", async (_, text) => {
    expect(await readTrade(Buffer.from(text))).toEqual(ITEMS);
  });

  test("columns in another order, and ones that nobody knows", async () => {
    const header = ["新的栏", ...TRADE_HEADER.split(",").toReversed(), "备注二"].join(",");
    expect(await readTrade(counted([tradeLine({ 新的栏: "x" }, header)], header))).toEqual(asItems([payment]));
  });

  test("an old merchant's columns", async () => {
    const dropped = ["应结订单金额", "代金券金额", "订单金额", "申请退款金额", "费率备注"];
    const header = [...TRADE_HEADER.split(",").filter((name) => !dropped.includes(name)), "总金额"].join(",");
    const lines = [tradeLine({ 总金额: "12.50" }, header), tradeLine({ ...REFUND, 总金额: "0.00" }, header)];
    const items = await readTrade(counted(lines, header));
    expect(items).toMatchObject([{ line: { amount: 1250 } }, { line: { kind: "refund", amount: 1000 } }]);
  });

  test.each(["拿铁, 中杯", "a`b", "`", ",", "` ,", "咖啡\u3000☕", ""])("a title %j", async (title) => {
    expect(await readTrade(counted([tradeLine({ 商品名称: title })]))).toEqual(asItems([payment]));
  });

  test("a day without business", async () => {
    expect(await readTrade(billOf([TRADE_HEADER, TRADE_SUMS, "`0,`0.00,`0.00,`0.00,`0.00000,`0.00,`0.0"]))).toEqual([]);
  });

  test("what is compared is what was asked for, not what came less coupons", async () => {
    const items = [
      await oneLine({ 应结订单金额: "10.00", 代金券金额: "2.50" }),
      await oneLine({ ...REFUND, 退款金额: "8.00", 充值券退款金额: "2.00" }),
    ];
    expect(items).toMatchObject([{ line: { amount: 1250 } }, { line: { amount: 1000 } }]);
  });
});

describe("what a line may say", () => {
  test.each([
    ["SUCCESS", "succeeded"],
    ["PROCESSING", "processing"],
    ["CHANGE", "processing"],
    ["FAIL", "failed"],
  ])("a refund that is %s", async (word, status) => {
    expect(await oneLine({ ...REFUND, 退款状态: word })).toMatchObject({ line: { kind: "refund", status } });
  });

  test("a sale that was revoked, with the amount where the channel puts it", async () => {
    const revoked = { kind: "reversal", outTradeNo: "T20260115A001", outRefundNo: null, status: "succeeded" };
    expect(await oneLine({ ...REFUND, 交易状态: "REVOKED" })).toMatchObject({
      line: { ...revoked, channelRefundNo: REFUND.微信退款单号, amount: 1000, fee: -6 },
    });
    expect(await oneLine({ 交易状态: "REVOKED" })).toMatchObject({
      line: { ...revoked, channelRefundNo: null, amount: 1250 },
    });
  });

  test.each(["REFUND", "REVOKED"])("the fee of a %s comes back, whatever its sign", async (word) => {
    const lineOf = (fee: string) => oneLine({ ...REFUND, 交易状态: word, 手续费: fee });
    expect(await lineOf("-0.06000")).toMatchObject({ line: { fee: -6 } });
    expect(await lineOf("0.06000")).toMatchObject({ line: { fee: -6 } });
    expect(await lineOf("0.00000")).toMatchObject({ line: { fee: 0 } });
  });

  test("numbers as they stand", async () => {
    const numbers = { 商户订单号: "-0012|*_9", 微信订单号: "+0042" };
    expect(await oneLine(numbers)).toMatchObject({ line: { outTradeNo: "-0012|*_9", channelTradeNo: "+0042" } });
  });

  test("the last second of a day, and of February", async () => {
    expect(await oneLine({ 交易时间: "2024-02-29 23:59:59" })).toMatchObject({
      line: { occurredAt: Date.parse("2024-02-29T23:59:59+08:00") },
    });
  });

  test.each<[Readonly<Record<string, string>>, string]>([
    [{ 手续费: "0.08500" }, "手续费"],
    [{ 手续费: "" }, "手续费"],
    [{ 订单金额: "012.50" }, "订单金额"],
    [{ 订单金额: "+12.50" }, "订单金额"],
    [{ 订单金额: "-12.50" }, "订单金额"],
    [{ 订单金额: "0.00" }, "订单金额"],
    [{ 订单金额: "1e3" }, "订单金额"],
    [{ 订单金额: "12,50" }, "订单金额"],
    [{ 订单金额: " 12.50" }, "订单金额"],
    [{ 订单金额: "99999999999999.00" }, "订单金额"],
    [{ 应结订单金额: "x" }, "应结订单金额"],
    [{ ...REFUND, 申请退款金额: "-10.00" }, "申请退款金额"],
    [{ ...REFUND, 申请退款金额: "0.00" }, "申请退款金额"],
    [{ ...REFUND, 商户退款单号: "0" }, "商户退款单号"],
    [{ ...REFUND, 微信退款单号: "" }, "微信退款单号"],
    [{ ...REFUND, 退款状态: "DONE" }, "退款状态"],
    [{ 交易状态: "USERPAYING" }, "交易状态"],
    [{ 货币种类: "USD" }, "currency"],
    [{ 交易时间: "2026-02-30 10:00:00" }, "交易时间"],
    [{ 交易时间: "2026-01-15 24:00:00" }, "交易时间"],
    [{ 交易时间: "2026-01-15 10:60:00" }, "交易时间"],
    [{ 交易时间: "2026-01-15 10:00:60" }, "交易时间"],
    [{ 交易时间: "2026-01-15T10:00:00" }, "交易时间"],
    [{ 商户订单号: "" }, "商户订单号"],
    [{ 商户订单号: "T1 2" }, "商户订单号"],
    [{ 商户订单号: "T".repeat(65) }, "商户订单号"],
    [{ 微信订单号: "42０" }, "微信订单号"],
    [{ 商品名称: "a,`b" }, "more than 27 values"],
    [{ 商品名称: "x".repeat(4097) }, "a value is too long"],
    [{ 费率备注: "x".repeat(4097) }, "a value is too long"],
    [{ 商品名称: "x".repeat(70_000) }, "the line is too long"],
  ])("%j is malformed, and the next line is read", async (changes, reason) => {
    const items = await readTrade(counted([tradeLine(changes), ...TRADE_LINES]));
    expect(items[0]).toEqual({
      kind: "malformed",
      lineNo: 2,
      reason: expect.stringContaining(reason),
      text: tradeLine(changes).slice(0, 200),
    });
    expect(items.slice(1)).toEqual(asItems(LINES.map((line) => ({ ...line, lineNo: line.lineNo + 1 }))));
  });

  test.each([
    ["without its first backtick", tradeLine({}).slice(1)],
    ["with another character for it", `x${tradeLine({}).slice(1)}`],
    ["without one in the middle", tradeLine({}).replace("`SUCCESS", "SUCCESS")],
    ["cut short", tradeLine({}).slice(0, 150)],
    ["after a mark of UTF-8", `\uFEFF${tradeLine({})}`],
    ["the header once more", TRADE_HEADER],
    ["of many megabytes", "x".repeat(3_000_000)],
    ["of zeros", "\0".repeat(600_000)],
  ])("a line %s is malformed, and the next line is read", async (_, line) => {
    const items = await readTrade(counted([line, ...TRADE_LINES]));
    expect(items[0]).toMatchObject({ kind: "malformed", lineNo: 2 });
    expect(items.slice(1)).toEqual(asItems(LINES.map((one) => ({ ...one, lineNo: one.lineNo + 1 }))));
  });

  test("a line that cuts a character in two is told by what can be shown", async () => {
    const item = await oneLine({ 交易时间: "x", 公众账号ID: "咖".repeat(300) });
    expect(item).toMatchObject({ kind: "malformed", text: `\`x,\`${"咖".repeat(196)}` });
  });
});

describe("whose bill it is", () => {
  const foreign = tradeLine({ 商户号: "1900000110" });
  const ofSub = tradeLine({ 特约商户号: "1900000201" });

  test("a line of another merchant is malformed", async () => {
    const items = await readTrade(counted([foreign, ofSub, ...TRADE_LINES]));
    const stranger = { kind: "malformed", reason: "the line names another merchant" };
    expect(items.slice(0, 2)).toMatchObject([stranger, stranger]);
    expect(items).toHaveLength(5);
  });

  test("a service provider's bill has its sub-merchant's lines alone", async () => {
    const subMchid = "1900000201";
    expect(await readTrade(counted([ofSub]), { subMchid })).toMatchObject([{ kind: "line" }]);
    expect(await readTrade(counted([ofSub, ...TRADE_LINES]), { subMchid })).toMatchObject([
      { kind: "line" },
      ...TRADE_LINES.map(() => ({ kind: "malformed" })),
    ]);
  });

  test("a service provider's bill that does not say whose its lines are cannot be read", async () => {
    const header = TRADE_HEADER.replace("特约商户号,", "");
    const bill = counted([tradeLine({}, header)], header);
    expect(await readTrade(bill)).toEqual(ITEMS.slice(0, 1));
    await expect(readTrade(bill, { subMchid: "1900000201" })).rejects.toThrow("lacks 特约商户号");
  });

  test("another merchant's bill cannot be read, and is given up early", async () => {
    await expect(readTrade(counted([foreign, foreign]))).rejects.toThrow("another merchant");
    const endless = billOf([TRADE_HEADER, ...Array.from({ length: 1001 }, () => foreign)]);
    await expect(readTrade(endless)).rejects.toThrow("another merchant");
  });
});

describe("its own sums", () => {
  const sums = (values: string, lines: readonly string[] = TRADE_LINES) =>
    billOf([TRADE_HEADER, ...lines, TRADE_SUMS, values]);

  test.each([
    ["`3,`42.5,`10,`0,`0.2,`42.50,`10.0", []],
    ["`4,`42.50,`10.00,`0.00,`0.20000,`42.50,`10.00", [["总交易单数", "4", "3"]]],
    ["`3,`42.51,`10.00,`0.00,`0.20000,`42.50,`10.00", [["应结订单总金额", "42.51", "42.50"]]],
    ["`3,`42.50,`9.99,`0.00,`0.20000,`42.50,`10.00", [["退款总金额", "9.99", "10.00"]]],
    ["`3,`42.50,`10.00,`0.01,`0.20000,`42.50,`10.00", [["充值券退款总金额", "0.01", "0.00"]]],
    ["`3,`42.50,`10.00,`0.00,`0.26000,`42.50,`10.00", [["手续费总金额", "0.26000", "0.20"]]],
    ["`3,`42.50,`10.00,`0.00,`0.20000,`,`10.00", [["订单总金额", "", "42.50"]]],
    ["`3,`42.50,`10.00,`0.00,`0.20000,`42.50,`0.00", [["申请退款总金额", "0.00", "10.00"]]],
    ["`3.0,`42.50,`10.00,`0.00,`0.20000,`42.50,`10.00", [["总交易单数", "3.0", "3"]]],
  ])("%s", async (values, differing) => {
    const items = (await readTrade(sums(values))).slice(ITEMS.length);
    expect(items).toEqual(
      differing.map(([name, stated, told]) => ({ kind: "sum_differs", name, stated, counted: told })),
    );
  });

  test("beside a malformed line only the count is compared", async () => {
    const lines = [...TRADE_LINES, "`half"];
    expect((await readTrade(sums("`4,`1.00,`1.00,`1.00,`1.00,`1.00,`1.00", lines))).map(({ kind }) => kind)).toEqual([
      ...ITEMS.map(() => "line"),
      "malformed",
    ]);
    const items = await readTrade(sums("`3,`42.50,`10.00,`0.00,`0.20000,`42.50,`10.00", lines));
    expect(items.at(-1)).toEqual({ kind: "sum_differs", name: "总交易单数", stated: "3", counted: "4" });
  });

  test.each([
    ["`4,`1,`12.50,`2,`10.02", "资金流水总笔数"],
    ["`3,`2,`12.50,`2,`10.02", "收入笔数"],
    ["`3,`1,`12.51,`2,`10.02", "收入金额"],
    ["`3,`1,`12.50,`1,`10.02", "支出笔数"],
    ["`3,`1,`12.50,`2,`10.03", "支出金额"],
  ])("of the fund flow: %s", async (values, name) => {
    const text = String(FUND_FLOW_BILL).replace("`3,`1,`12.50,`2,`10.02", values);
    expect((await readFundFlow(Buffer.from(text))).slice(3)).toMatchObject([{ kind: "sum_differs", name }]);
  });

  test("a line after them is malformed", async () => {
    const items = await readTrade(Buffer.from(`${TRADE_BILL}\`x\r\n`));
    expect(items.slice(3)).toEqual([
      { kind: "malformed", lineNo: 7, reason: "the line stands after the sums", text: "`x" },
    ]);
  });
});

describe("a fund flow's lines", () => {
  const flow = (kind: string, direction: string, amount: string, outNo: string) =>
    billOf([
      FUND_FLOW_HEADER,
      `\`2026-01-15 10:02:03,\`4,\`4,\`名,\`${kind},\`${direction},\`${amount},\`1.00,\`system,\`备,注,\`${outNo}`,
      FUND_FLOW_SUMS.slice(0, 7),
      "`1",
    ]);

  test.each([
    ["交易", "payment"],
    ["扣除交易手续费", "fee"],
    ["退款", "refund"],
    ["退还交易手续费", "fee_return"],
    ["充值提现", "other"],
    ["退款关闭", "other"],
    ["", "other"],
  ])("%s is %s", async (word, kind) => {
    expect(await readFundFlow(flow(word, "支出", "1.00", ""))).toMatchObject([
      { line: { kind, direction: "out", amount: 100, outNo: null } },
    ]);
  });

  test.each([
    ["转入", "1.00", "收支类型"],
    ["收入", "-1.00", "收支金额"],
    ["收入", "1.001", "收支金额"],
  ])("%s of %s is malformed", async (direction, amount, reason) => {
    const items = await readFundFlow(flow("交易", direction, amount, "T1"));
    expect(items).toMatchObject([{ kind: "malformed", lineNo: 2, reason: expect.stringContaining(reason) }]);
  });
});

describe("a bill that cannot be read", () => {
  test("cut off anywhere: refused, or nothing is lost", async () => {
    for (const [bill, lines] of [
      [TRADE_BILL, 3],
      [FUND_FLOW_BILL, 3],
    ] as const) {
      // Every byte of the sums, and some before.
      for (let size = 0; size < bill.length; size += bill.length - size > 160 ? 13 : 1) {
        const read = bill === TRADE_BILL ? readTrade : readFundFlow;
        const items = await read(bill.subarray(0, size)).catch((error: unknown) => error);
        if (items instanceof BillUnreadable) continue;
        // All that may be missing without notice is the line's end and zeros after the point.
        expect({ size, items }).toMatchObject({ items: Array.from({ length: lines }, () => ({ kind: "line" })) });
        expect(bill.length - size).toBeLessThanOrEqual(5);
      }
    }
  });

  test.each<[string, Buffer, Partial<BillLimits>, string]>([
    ["nothing", Buffer.alloc(0), {}, "empty"],
    ["nothing, packed", gzipSync(Buffer.alloc(0)), {}, "empty"],
    ["a bill of the other kind", FUND_FLOW_BILL, {}, "lacks 交易时间"],
    ["HTML", Buffer.from("<html>\n</html>\n"), {}, "lacks 交易时间"],
    ["GBK", Buffer.from([0xbd, 0xbb, 0xd2, 0xd7, 0x0a]), {}, "lacks 交易时间"],
    ["a column twice", billOf([`${TRADE_HEADER},手续费`]), {}, "twice"],
    ["many columns", billOf(["x,".repeat(65)]), {}, "too many columns"],
    ["many lines", TRADE_BILL, { lines: 5 }, "too many lines"],
    ["many bytes", TRADE_BILL, { plainBytes: 1000 }, "too large"],
    ["many bytes, packed", gzipSync(TRADE_BILL), { plainBytes: 1000 }, "too large"],
    ["sums of other columns", billOf([TRADE_HEADER, TRADE_SUMS, "`3"]), {}, "sums cannot be read"],
    ["sums of many columns", billOf([TRADE_HEADER, TRADE_SUMS + ",x".repeat(60), "`0"]), {}, "too many columns"],
    ["amounts beyond all numbers", counted(Array(10).fill(tradeLine({ 订单金额: MOST }))), {}, "be added up"],
    ["no sums", billOf([TRADE_HEADER, ...TRADE_LINES]), {}, "cut off"],
    ["half an archive", gzipSync(TRADE_BILL).subarray(0, 300), {}, "archive is broken"],
    ["a turned byte", turned(gzipSync(TRADE_BILL)), {}, "archive is broken"],
  ])("%s", async (_, bytes, limits, reason) => {
    const reading = readTrade(bytes, { limits });
    await expect(reading).rejects.toThrow(BillUnreadable);
    await expect(reading).rejects.toThrow(reason);
  });

  test("a file that is not there is no bill's fault", async () => {
    const reading = all(readBill(join(directory, "none"), fundFlowLineReader, BILL_LIMITS));
    await expect(reading).rejects.toMatchObject({ code: "ENOENT" });
  });
});

test("many lines come in few batches, whatever the pieces of the file", async () => {
  const count = 5000;
  const lines = Array.from({ length: count }, (_, index) =>
    tradeLine({ 商户订单号: `T${index}`, 商品名称: "咖".repeat(index % 50) }),
  );
  const path = await write(gzipSync(counted(lines)));
  const batches = await all(
    readBill(path, (columns) => tradeLineReader(columns, { mchid: "1900000109" }), BILL_LIMITS),
  );
  expect(batches.length).toBeLessThan(20);
  expect(batches.flat().map((item) => item.kind === "line" && [item.line.lineNo, item.line.outTradeNo])).toEqual(
    lines.map((_, index) => [index + 2, `T${index}`]),
  );
});

async function all<T>(batches: AsyncIterable<T>): Promise<T[]> {
  const found: T[] = [];
  for await (const batch of batches) found.push(batch);
  return found;
}

function sha1(bytes: Buffer): string {
  return createHash("sha1").update(bytes).digest("hex");
}

function turned(bytes: Buffer): Buffer {
  const copy = Buffer.from(bytes);
  const middle = copy.length >> 1;
  copy[middle] = (copy[middle] ?? 0) ^ 0xff;
  return copy;
}
