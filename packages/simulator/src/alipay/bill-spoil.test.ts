import { afterEach, beforeEach, expect, test } from "vitest";
import { type AlipayBench, startAlipayBench } from "../../test/alipay-bench.ts";
import { askBill, downloadBill, readBill, readRows, unzip } from "../../test/alipay-bill.ts";
import type { BillKind, BillSpoil } from "../core/bills.ts";
import { createAlipayMerchant } from "./merchant.ts";

const keys = await createAlipayMerchant();
const hourMs = 3_600_000;
const day = "2026-11-20";
let bench: AlipayBench;

/** One payment of ¥100.00, of which ¥10.00 went back. */
beforeEach(async () => {
  const startedAt = Date.parse(`${day}T10:00:00+08:00`);
  bench = await startAlipayBench(keys, { now: () => startedAt });
  bench.simulator.payer.pay(await bench.code("S1", { total_amount: "100.00" }));
  await bench.refund("S1", "10.00", { out_request_no: "R1" });
  bench.simulator.clock.advance(24 * hourMs);
});

afterEach(() => bench.stop());

function spoil(one: BillSpoil, billKind: BillKind = "trade"): void {
  bench.simulator.bills.spoil({ channel: "alipay", billKind, businessDay: day, spoil: one });
}

/** The trade bill in short: its lines by amount, then its sums. */
async function told(): Promise<string[]> {
  const { detail, summary } = await readBill(bench, day);
  const rows = (await readRows(bench, day)).map((row) =>
    [row.商户订单号, row.业务类型, row["商家实收（元）"], row["服务费（元）"]].join(" "),
  );
  const sums = [...detail.text.matchAll(/合计：(\d+)笔，[^共]+共(-?[\d.]+)元/g)].map(
    ([, count, money]) => `${count} ${money}`,
  );
  const net = summary.text.match(/\r\n合计,,(.*)\r\n/)?.[1]?.split(",");
  return [...rows.toSorted(), ...sums, `net ${net?.at(-1)}`];
}

const match = { outTradeNo: "S1" };
const refund = { outTradeNo: "S1", outRefundNo: "R1" };

test("an honest bill", async () => {
  expect(await told()).toEqual(["S1 交易 100.00 -0.60", "S1 退款 -10.00 0.06", "1 100.00", "1 -10.00", "net 89.46"]);
});

const cases: [BillSpoil, string[]][] = [
  [{ kind: "drop", match }, ["S1 退款 -10.00 0.06", "0 0.00", "1 -10.00", "net -9.94"]],
  [{ kind: "drop", match: refund }, ["S1 交易 100.00 -0.60", "1 100.00", "0 0.00", "net 99.40"]],
  [
    { kind: "add", outTradeNo: "GHOST", amount: 5000 },
    ["GHOST 交易 50.00 -0.30", "S1 交易 100.00 -0.60", "S1 退款 -10.00 0.06", "2 150.00", "1 -10.00", "net 139.16"],
  ],
  [
    { kind: "amount", match, amount: 9900 },
    ["S1 交易 99.00 -0.60", "S1 退款 -10.00 0.06", "1 99.00", "1 -10.00", "net 88.46"],
  ],
  [
    { kind: "amount", match: refund, amount: 1100 },
    ["S1 交易 100.00 -0.60", "S1 退款 -11.00 0.06", "1 100.00", "1 -11.00", "net 88.46"],
  ],
  [
    { kind: "status", match, status: "转账" },
    ["S1 转账 100.00 -0.60", "S1 退款 -10.00 0.06", "1 100.00", "1 -10.00", "net 89.46"],
  ],
  [
    { kind: "fee", match, fee: 70 },
    ["S1 交易 100.00 -0.70", "S1 退款 -10.00 0.06", "1 100.00", "1 -10.00", "net 89.36"],
  ],
  [
    { kind: "fee", match: refund, fee: -7 },
    ["S1 交易 100.00 -0.60", "S1 退款 -10.00 0.07", "1 100.00", "1 -10.00", "net 89.47"],
  ],
  [
    { kind: "duplicate", match: refund },
    ["S1 交易 100.00 -0.60", "S1 退款 -10.00 0.06", "S1 退款 -10.00 0.06", "1 100.00", "2 -20.00", "net 79.52"],
  ],
  [{ kind: "sum", by: -1 }, ["S1 交易 100.00 -0.60", "S1 退款 -10.00 0.06", "1 99.99", "1 -10.00", "net 89.46"]],
];

test.each(cases)("%o: lines and sums agree, but where the spoil is about the sum", async (one, expected) => {
  spoil(one);
  expect(await told()).toEqual(expected);
});

test("a malformed line ends in its middle and counts", async () => {
  const honest = await readBill(bench, day);
  spoil({ kind: "malformed", match });
  const torn = await readBill(bench, day);
  const before = honest.detail.text.split("\r\n");
  const after = torn.detail.text.split("\r\n");
  const changed = before.flatMap((line, index) => (line === after[index] ? [] : [[line, after[index] ?? ""]]));
  expect(changed).toHaveLength(1);
  const [whole = "", half = ""] = changed[0] ?? [];
  expect(half).toBe(whole.slice(0, Math.floor(whole.length / 2)));
  expect(torn.summary.text).toBe(honest.summary.text);
});

test("a cut bill is a sound archive of a part of the detail", async () => {
  const honest = await readBill(bench, day);
  spoil({ kind: "cut", at: 0.5 });
  const { detail, summary } = await readBill(bench, day);
  expect(detail.sizeBytes).toBe(Math.floor(honest.detail.sizeBytes / 2));
  expect(honest.detail.text.startsWith(detail.text.slice(0, -1))).toBe(true);
  expect([detail.isIntact, summary.isIntact, summary.text]).toEqual([true, true, honest.summary.text]);
});

test("for a wrong hash the detail cannot be unpacked to its checksum", async () => {
  const honest = await downloadBill(bench, day);
  spoil({ kind: "wrong_hash" });
  const turned = await downloadBill(bench, day);
  expect(turned.filter((byte, index) => byte !== honest[index])).toHaveLength(1);
  const files = await unzip(turned);
  const told = files.map(({ name, isIntact }) => `${name.includes("汇总") ? "summary" : "detail"} ${isIntact}`);
  expect(told.toSorted()).toEqual(["detail false", "summary true"]);
});

test("a bill that is not ready is asked for again", async () => {
  spoil({ kind: "not_ready", times: 2 });
  const answers = [];
  for (let asked = 0; asked < 3; asked += 1) answers.push(await askBill(bench, day));
  expect(answers.map(({ code, sub_code }) => sub_code ?? code)).toEqual([
    "isp.bill_not_exist",
    "isp.bill_not_exist",
    "10000",
  ]);
});

test("a huge bill is small on its way", async () => {
  const honest = await readBill(bench, day);
  spoil({ kind: "huge", bytes: 50_000_000 });
  const archive = await downloadBill(bench, day);
  expect(archive.length).toBeLessThan(100_000);
  const sizes = (await unzip(archive)).map(({ sizeBytes }) => sizeBytes);
  expect(sizes).toContain(honest.detail.sizeBytes + 50_000_000);
});

test("the account's bill is spoiled apart, with its balance and its sums", async () => {
  spoil({ kind: "amount", match, amount: 9900 }, "fund_flow");
  spoil({ kind: "fee", match, fee: 0 }, "fund_flow");
  spoil({ kind: "status", match: refund, status: "其它" }, "fund_flow");
  spoil({ kind: "sum", by: 5 }, "fund_flow");
  const rows = await readRows(bench, day, "signcustomer");
  const money = rows.map((row) => [
    row.业务类型,
    row["收入金额（+元）"],
    row["支出金额（-元）"],
    row["账户余额（元）"],
  ]);
  expect(money.toSorted()).toEqual([
    ["其它", "0.00", "-10.00", expect.any(String)],
    ["在线支付", "99.00", "0.00", expect.any(String)],
    ["退费", "0.06", "0.00", expect.any(String)],
  ]);
  expect(rows[0]).toMatchObject({ "账户余额（元）": "89.06" });
  const { detail } = await readBill(bench, day, "signcustomer");
  expect(detail.text).toContain("#支出合计：1笔，共-10.00元\r\n#收入合计：2笔，共99.11元\r\n");
  expect(await told()).toEqual(["S1 交易 100.00 -0.60", "S1 退款 -10.00 0.06", "1 100.00", "1 -10.00", "net 89.46"]);
});

test("on a day without business, an added payment makes a bill", async () => {
  bench.simulator.clock.advance(24 * hourMs);
  const empty = "2026-11-21";
  const spoil: BillSpoil = { kind: "add", outTradeNo: "GHOST", amount: 100 };
  bench.simulator.bills.spoil({ channel: "alipay", billKind: "trade", businessDay: empty, spoil });
  expect(await readRows(bench, empty)).toMatchObject([
    {
      商户订单号: "GHOST",
      支付宝交易号: expect.stringMatching(/^2026112122001\d{15}$/),
      完成时间: `${empty} 12:00:00`,
    },
  ]);
});

test("its bytes never change, until it is issued anew without the spoils", async () => {
  const honest = await downloadBill(bench, day);
  bench.simulator.clock.advance(hourMs);
  expect((await downloadBill(bench, day)).equals(honest)).toBe(true);
  spoil({ kind: "drop", match });
  bench.simulator.bills.reissue({ channel: "alipay", billKind: "trade", businessDay: day });
  const { detail } = await readBill(bench, day);
  expect(detail.text).toMatch(/#导出时间：\[2026年11月21日 06:/);
  expect(await told()).toHaveLength(5);
});
