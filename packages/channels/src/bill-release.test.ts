import { randomBytes } from "node:crypto";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { archiveOf, fileName, fundFlowText, SELLER, tradeRow, tradeText } from "../test/alipay-bill.ts";
import { timesOpen } from "../test/open-files.ts";
import { billOf, FUND_FLOW_HEADER, FUND_FLOW_LINES, TRADE_HEADER, TRADE_LINES } from "../test/wechatpay-bill.ts";
import { FUND_FLOW_BILL } from "./alipay/bill-fund-flow.ts";
import { readBill as readAlipayBill } from "./alipay/bill-read.ts";
import { TRADE_BILL } from "./alipay/bill-trade.ts";
import { BillUnreadable } from "./channel.ts";
import { fundFlowLineReader } from "./wechatpay/bill-fund-flow.ts";
import { BILL_LIMITS } from "./wechatpay/bill-limits.ts";
import { readBill as readWechatpayBill } from "./wechatpay/bill-read.ts";
import { tradeLineReader } from "./wechatpay/bill-trade.ts";

/** So many that the file is far from its end when its first lines are there, packed as well. */
const LINES = 8000;

let directory = "";
let path = "";
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), "payhub-release-"));
  path = join(directory, "bill");
});
afterAll(() => rm(directory, { recursive: true }));

/** Lines that hardly shrink. */
const many = (line: () => string) => Array.from({ length: LINES }, line);
const remark = () => randomBytes(150).toString("base64url");
const wechatpayBill = (header: string, [line = ""]: readonly string[]) =>
  billOf([header, ...many(() => `${line}${remark()}`)]);
const alipayBill = (name: string, text: string) => archiveOf({ [fileName(name)]: text });

type Items = AsyncIterable<readonly unknown[]>;
const readers: readonly [string, () => Promise<Buffer>, () => Items][] = [
  [
    "WeChat Pay's trade bill, packed",
    async () => gzipSync(wechatpayBill(TRADE_HEADER, TRADE_LINES)),
    () => readWechatpayBill(path, (columns) => tradeLineReader(columns, { mchid: "1900000109" }), BILL_LIMITS),
  ],
  [
    "WeChat Pay's trade bill, plain",
    async () => wechatpayBill(TRADE_HEADER, TRADE_LINES),
    () => readWechatpayBill(path, (columns) => tradeLineReader(columns, { mchid: "1900000109" }), BILL_LIMITS),
  ],
  [
    "WeChat Pay's fund-flow bill, packed",
    async () => gzipSync(wechatpayBill(FUND_FLOW_HEADER, FUND_FLOW_LINES)),
    () => readWechatpayBill(path, fundFlowLineReader, BILL_LIMITS),
  ],
  [
    "Alipay's trade bill",
    () => alipayBill("业务明细.csv", tradeText({ rows: many(() => tradeRow({ remark: remark() })) })),
    () => readAlipayBill(path, { form: TRADE_BILL, sellerId: SELLER }),
  ],
  [
    "Alipay's fund-flow bill",
    () => {
      const row = () => `1,2,T1,,2026-11-20 10:00:06,,88.88,,1.00,支付宝,在线支付,${remark()}`;
      return alipayBill("账务明细.csv", fundFlowText({ rows: many(row), foot: [] }));
    },
    () => readAlipayBill(path, { form: FUND_FLOW_BILL, sellerId: SELLER }),
  ],
];

describe.each(readers)("%s", (_name, write, read) => {
  let bytes: Buffer;
  beforeAll(async () => {
    bytes = await write();
    await writeFile(path, bytes);
  });
  const untilClosed = () => expect.poll(() => timesOpen(path), { timeout: 15_000 }).toBe(0);

  test("is let go of by a reader who stops after the first items", async () => {
    let openThen = 0;
    for await (const items of read()) {
      expect(items.length).toBeGreaterThan(0);
      openThen = await timesOpen(path);
      break;
    }
    expect(openThen).toBe(1);
    await untilClosed();
  });

  test("is let go of by a reader who fails", async () => {
    const reading = async () => {
      for await (const items of read()) throw new RangeError(`${items.length} items are too many`);
    };
    await expect(reading()).rejects.toThrow(RangeError);
    await untilClosed();
  });

  test("is let go of when it can be read no further", async () => {
    await writeFile(path, bytes.fill(0, 500_000, 560_000));
    const reading = async () => {
      for await (const _ of read());
    };
    await expect(reading()).rejects.toThrow(BillUnreadable);
    await untilClosed();
  });
});
