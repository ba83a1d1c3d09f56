import { createHash } from "node:crypto";
import { createGunzip } from "node:zlib";
import { request } from "undici";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { Formatter, Rsa } from "wechatpay-axios-plugin";
import type { WechatpayBench } from "../../test/wechatpay-bench.ts";
import { startWechatpayBench } from "../../test/wechatpay-bench.ts";
import type { Row } from "../../test/wechatpay-bills.ts";
import { advanceTo, askForBill, fetchBill, pay } from "../../test/wechatpay-bills.ts";
import type { BillKind, BillSpoil } from "../index.ts";
import { createWechatpayMerchant } from "./merchant.ts";

const keys = await createWechatpayMerchant({ feeRate: 100 });
let bench: WechatpayBench;
let businessDay: string;
let sold: string;
let kept: string;
let back: string;

beforeAll(async () => {
  bench = await startWechatpayBench(keys);
  businessDay = advanceTo(bench, "12:00:00");
  [sold, kept] = [await pay(bench, { amount: { total: 1000 } }), await pay(bench, { amount: { total: 500 } })];
  bench.simulator.clock.advance(60_000);
  back = String((await bench.refund(sold, { total: 1000, refund: 400 })).data.out_refund_no);
  advanceTo(bench, "10:00:00");
});

afterEach(() => {
  for (const billKind of ["trade", "fund_flow"] as const) {
    bench.simulator.bills.reissue({ channel: "wechatpay", billKind, businessDay });
  }
});

afterAll(() => bench.stop());

const spoil = (billKind: BillKind, ...spoils: BillSpoil[]) => {
  for (const one of spoils) {
    bench.simulator.bills.spoil({ channel: "wechatpay", billKind, businessDay, spoil: one });
  }
};

const fetchSpoiled = (billKind: BillKind) => fetchBill(bench, billKind, { bill_date: businessDay, tar_type: "GZIP" });

/** The facts of a trade bill: order, refund, its states, paid, given back, fee. */
async function tradeFacts() {
  const { rows, summary, hash, asked } = await fetchSpoiled("trade");
  expect(hash).toBe(asked.data.hash_value);
  const columns = ["商户订单号", "商户退款单号", "交易状态", "退款状态", "订单金额", "申请退款金额", "手续费"];
  return { facts: rows.map((row) => columns.map((column) => row[column])), sums: Object.values(summary) };
}

const soldLine = () => [sold, "0", "SUCCESS", "", "10.00", "0.00", "0.10000"];
const keptLine = () => [kept, "0", "SUCCESS", "", "5.00", "0.00", "0.05000"];
const backLine = () => [sold, back, "REFUND", "SUCCESS", "0.00", "4.00", "-0.04000"];
const all = (...lines: unknown[]) => expect.toSatisfy((actual: unknown[]) => same(actual, lines));
const same = (one: unknown[], other: unknown[]) =>
  JSON.stringify(one.map(String).sort()) === JSON.stringify(other.map(String).sort());
const ofSold = () => ({ outTradeNo: sold });
const ofBack = () => ({ outTradeNo: sold, outRefundNo: back });

test("unspoiled", async () => {
  expect(await tradeFacts()).toEqual({
    facts: all(soldLine(), keptLine(), backLine()),
    sums: ["3", "15.00", "4.00", "0.00", "0.11000", "15.00", "4.00"],
  });
});

describe("lines of a trade bill; the sums agree with them", () => {
  test("a payment is dropped, its refund stays", async () => {
    spoil("trade", { kind: "drop", match: ofSold() });
    const sums = ["2", "5.00", "4.00", "0.00", "0.01000", "5.00", "4.00"];
    expect(await tradeFacts()).toEqual({ facts: all(keptLine(), backLine()), sums });
  });

  test("a refund is dropped, its payment stays", async () => {
    spoil("trade", { kind: "drop", match: ofBack() });
    expect((await tradeFacts()).facts).toEqual(all(soldLine(), keptLine()));
  });

  test("one is added, the same every time", async () => {
    spoil("trade", { kind: "add", outTradeNo: "never-made", amount: 777 });
    const { facts, sums } = await tradeFacts();
    expect(facts[3]).toEqual(["never-made", "0", "SUCCESS", "", "7.77", "0.00", "0.08000"]);
    expect(sums).toEqual(["4", "22.77", "4.00", "0.00", "0.19000", "22.77", "4.00"]);
    const [first, second] = [await fetchSpoiled("trade"), await fetchSpoiled("trade")];
    expect(first.hash).toBe(second.hash);
    expect(first.rows[3]).toMatchObject({
      微信订单号: expect.stringMatching(/^4200\d{24}$/),
      交易时间: `${businessDay} 12:00:00`,
    });
  });

  test("amounts", async () => {
    spoil("trade", { kind: "amount", match: ofSold(), amount: 999 }, { kind: "amount", match: ofBack(), amount: 401 });
    const { facts, sums } = await tradeFacts();
    expect(facts).toEqual(all(soldLine().with(4, "9.99"), keptLine(), backLine().with(5, "4.01")));
    expect(sums).toEqual(["3", "14.99", "4.01", "0.00", "0.11000", "14.99", "4.01"]);
  });

  test("states", async () => {
    spoil("trade", { kind: "status", match: ofSold(), status: "REVOKED" });
    spoil("trade", { kind: "status", match: ofBack(), status: "FAIL" });
    expect((await tradeFacts()).facts).toEqual(
      all(soldLine().with(2, "REVOKED"), keptLine(), backLine().with(3, "FAIL")),
    );
  });

  test("fees", async () => {
    spoil("trade", { kind: "fee", match: ofSold(), fee: 11 }, { kind: "fee", match: ofBack(), fee: -3 });
    const { facts, sums } = await tradeFacts();
    expect(facts).toEqual(all(soldLine().with(6, "0.11000"), keptLine(), backLine().with(6, "-0.03000")));
    expect(sums[4]).toBe("0.13000");
  });

  test("a line stands twice, once at the end", async () => {
    spoil("trade", { kind: "duplicate", match: ofBack() });
    const { facts, sums } = await tradeFacts();
    expect(facts).toEqual(all(soldLine(), keptLine(), backLine(), backLine()));
    expect(facts[3]).toEqual(backLine());
    expect(sums).toEqual(["4", "15.00", "8.00", "0.00", "0.07000", "15.00", "8.00"]);
  });

  test("a line ends after its half, the others are whole", async () => {
    const whole = (await fetchSpoiled("trade")).bytes.toString().split("\r\n");
    spoil("trade", { kind: "malformed", match: ofSold() });
    const { bytes, hash, asked } = await fetchSpoiled("trade");
    expect(hash).toBe(asked.data.hash_value);
    const torn = whole.map((line) =>
      line.includes(sold) && !line.includes(back) ? line.slice(0, Math.floor(line.length / 2)) : line,
    );
    expect(bytes.toString().split("\r\n")).toEqual(torn);
    expect(torn).not.toEqual(whole);
  });
});

describe("a fund-flow bill", () => {
  const columns = ["业务凭证号", "业务类型", "收支金额(元)", "账户结余(元)"];
  const facts = (rows: Row[]) => rows.map((row) => columns.map((column) => row[column]));
  const spoiled = async (...spoils: BillSpoil[]) => {
    spoil("fund_flow", ...spoils);
    const { rows, summary, hash, asked } = await fetchSpoiled("fund_flow");
    expect(hash).toBe(asked.data.hash_value);
    return { rows: facts(rows), sums: Object.values(summary) };
  };
  const soldRows = [
    [expect.any(String), "交易", "10.00", "1000010.00"],
    [expect.any(String), "扣除交易手续费", "0.10", "1000009.90"],
  ];

  test("unspoiled", async () => {
    expect(await spoiled()).toEqual({
      rows: [
        ...soldRows,
        [kept, "交易", "5.00", "1000014.90"],
        [kept, "扣除交易手续费", "0.05", "1000014.85"],
        [back, "退款", "3.96", "1000010.89"],
      ],
      sums: ["5", "2", "15.00", "3", "4.11"],
    });
  });

  test("drop, amount, fee, state and one too many; the balance runs on", async () => {
    const { rows, sums } = await spoiled(
      { kind: "drop", match: { outTradeNo: kept } },
      { kind: "amount", match: ofSold(), amount: 1100 },
      { kind: "fee", match: ofSold(), fee: 20 },
      { kind: "status", match: ofBack(), status: "退款关闭" },
      { kind: "duplicate", match: ofBack() },
      { kind: "add", outTradeNo: "never-made", amount: 777 },
    );
    expect(rows).toEqual([
      [sold, "交易", "11.00", "1000011.00"],
      [sold, "扣除交易手续费", "0.20", "1000010.80"],
      [back, "退款关闭", "3.96", "1000006.84"],
      [back, "退款关闭", "3.96", "1000002.88"],
      ["never-made", "交易", "7.77", "1000010.65"],
      ["never-made", "扣除交易手续费", "0.08", "1000010.57"],
    ]);
    expect(sums).toEqual(["6", "2", "18.77", "4", "8.20"]);
  });

  test("malformed, and a wrong sum", async () => {
    const { rows, sums } = await spoiled({ kind: "malformed", match: ofBack() }, { kind: "sum", by: -1 });
    expect(rows[4]).not.toContain("3.96");
    expect(sums).toEqual(["5", "2", "14.99", "3", "4.11"]);
  });
});

describe("the file", () => {
  test.each([
    ["ALL", ["3", "15.00", "4.00", "0.00", "0.11000", "15.05", "4.00"]],
    ["SUCCESS", ["2", "15.00", "0.15000", "15.05"]],
    ["REFUND", ["1", "0.00", "4.00", "0.00", "-0.04000", "0.00", "4.05"]],
  ])("a sum of type %s is wrong", async (bill_type, sums) => {
    spoil("trade", { kind: "sum", by: 5 });
    const { summary } = await fetchBill(bench, "trade", { bill_date: businessDay, bill_type });
    expect(Object.values(summary)).toEqual(sums);
  });

  test("is cut: its archive and its hash are those of what is left", async () => {
    const whole = await fetchSpoiled("trade");
    spoil("trade", { kind: "cut", at: 0.5 });
    const half = await fetchSpoiled("trade");
    expect(half.bytes).toEqual(whole.bytes.subarray(0, Math.floor(whole.bytes.length / 2)));
    expect(half.hash).toBe(half.asked.data.hash_value);
  });

  test.each(["trade", "fund_flow"] as const)("has another hash than the one stated: %s", async (billKind) => {
    const right = await fetchSpoiled(billKind);
    spoil(billKind, { kind: "wrong_hash" });
    const wrong = await fetchSpoiled(billKind);
    expect(wrong.hash).toBe(right.hash);
    expect(wrong.asked.data.hash_value).toMatch(/^[0-9a-f]{40}$/);
    expect(wrong.asked.data.hash_value).not.toBe(right.hash);
  });

  test.each(["trade", "fund_flow"] as const)("is not ready for two questions: %s", async (billKind) => {
    spoil(billKind, { kind: "not_ready", times: 2 });
    const codes: unknown[] = [];
    for (const _question of [1, 2, 3]) {
      codes.push((await askForBill(bench, billKind, { bill_date: businessDay })).data.code);
    }
    expect(codes).toEqual(["STATEMENT_CREATING", "STATEMENT_CREATING", undefined]);
  });

  test("is huge, in an archive that is not", async () => {
    const whole = await fetchSpoiled("trade");
    const filler = 20_000_001;
    spoil("trade", { kind: "huge", bytes: filler });
    const { data } = await askForBill(bench, "trade", { bill_date: businessDay, tar_type: "GZIP" });
    const { packed, plain, sha1 } = await measure(String(data.download_url));
    expect([plain, sha1]).toEqual([whole.bytes.length + filler, data.hash_value]);
    expect(packed).toBeLessThan(filler / 500);
  });
});

/** Streams a download to its end: sizes in bytes, packed and not, and the SHA-1 of the latter. */
async function measure(url: string): Promise<{ packed: number; plain: number; sha1: string }> {
  const { mchid, merchantSerialNo, merchantPrivateKey } = keys.credentials;
  const [nonce, timestamp] = [Formatter.nonce(), Formatter.timestamp()];
  const { origin, pathname, search } = new URL(url);
  const message = Formatter.request("GET", `${pathname}${search}`, timestamp, nonce);
  const signature = Rsa.sign(message, merchantPrivateKey);
  const answer = await request(`${origin}${pathname}${search}`, {
    headers: {
      Accept: "*/*",
      "User-Agent": "test",
      Authorization: Formatter.authorization(mchid, nonce, signature, timestamp, merchantSerialNo),
    },
  });
  let packed = 0;
  let plain = 0;
  const hash = createHash("sha1");
  answer.body.on("data", (chunk: Buffer) => {
    packed += chunk.length;
  });
  for await (const chunk of answer.body.pipe(createGunzip())) {
    plain += chunk.length;
    hash.update(chunk);
  }
  return { packed, plain, sha1: hash.digest("hex") };
}

test("a spoil for one merchant, day and kind concerns no other", async () => {
  const drop: BillSpoil = { kind: "drop", match: ofSold() };
  const name = { channel: "wechatpay", billKind: "trade", businessDay } as const;
  bench.simulator.bills.spoil({ ...name, merchantId: "1900000001", spoil: drop });
  bench.simulator.bills.spoil({ ...name, billKind: "fund_flow", spoil: drop });
  bench.simulator.bills.spoil({ ...name, businessDay: "2026-01-15", spoil: drop });
  bench.simulator.bills.spoil({ ...name, channel: "alipay", spoil: drop });
  expect((await tradeFacts()).facts).toHaveLength(3);
  bench.simulator.bills.spoil({ ...name, merchantId: keys.credentials.mchid, spoil: drop });
  expect((await tradeFacts()).facts).toHaveLength(2);
  bench.simulator.bills.reissue(name);
  expect((await tradeFacts()).facts).toHaveLength(3);
});

test("a bill that lost all its lines is still a bill", async () => {
  for (const match of [ofSold(), { outTradeNo: kept }, ofBack()]) spoil("trade", { kind: "drop", match });
  expect(await tradeFacts()).toEqual({ facts: [], sums: ["0", "0.00", "0.00", "0.00", "0.00000", "0.00", "0.00"] });
});

test("one can be added to a day without business", async () => {
  const yesterday = new Date(Date.parse(`${businessDay}T00:00:00Z`) - 86_400_000).toISOString().slice(0, 10);
  const name = { channel: "wechatpay", billKind: "trade", businessDay: yesterday } as const;
  expect((await askForBill(bench, "trade", { bill_date: yesterday })).data.code).toBe("NO_STATEMENT_EXIST");
  bench.simulator.bills.spoil({ ...name, spoil: { kind: "add", outTradeNo: "never-made", amount: 777 } });
  expect((await fetchBill(bench, "trade", { bill_date: yesterday })).rows).toHaveLength(1);
});
