import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { fieldsOf, startAlipayBench } from "../../test/alipay-bench.ts";
import { askBill, downloadBill } from "../../test/alipay-bill.ts";
import { createAlipayMerchant } from "./merchant.ts";

test("a restarted simulator still knows its codes and trades, and sends what it owes", async () => {
  const folder = await mkdtemp(join(tmpdir(), "payhub-simulator-"));
  const dataFile = join(folder, "channels.sqlite");
  const keys = JSON.parse(JSON.stringify(await createAlipayMerchant()));

  const before = await startAlipayBench(keys, { dataFile });
  const unscanned = await before.code("B1");
  before.receiver.answer = () => ({ status: 500 });
  before.simulator.payer.pay(await before.code("B2"));
  await before.receiver.waitFor(1);
  await before.simulator.callbacks.idle();
  await before.simulator.stop();
  await before.simulator.stop();
  before.receiver.answer = () => ({ status: 200, body: "success" });

  const after = await startAlipayBench(keys, { dataFile });
  await before.receiver.waitFor(2);
  expect(await after.query("B2")).toMatchObject({ trade_status: "TRADE_SUCCESS", total_amount: "12.88" });
  expect(await after.code("B1")).toBe(unscanned);
  expect(after.simulator.payer.pay(unscanned).state).toBe("paid");
  expect(after.simulator.ledger().map(({ outTradeNo, state }) => `${outTradeNo} ${state}`)).toEqual([
    "B1 paid",
    "B2 paid",
  ]);
  await after.stop();
  await before.receiver.stop();
  await rm(folder, { recursive: true });
});

test("a restarted simulator finishes refunds, closes overdue trades, and knows the bar codes it showed", async () => {
  const folder = await mkdtemp(join(tmpdir(), "payhub-simulator-"));
  const dataFile = join(folder, "channels.sqlite");
  const keys = await createAlipayMerchant();
  const before = await startAlipayBench(keys, { dataFile });
  const { payer, faults } = before.simulator;
  const prompted = payer.payerCode("alipay", { password: true });
  await before.charge("B3", prompted);
  payer.pay(await before.code("B4"));
  faults.refund({ channel: "alipay", outcome: { kind: "succeeded", afterMs: 60_000 } });
  await before.refund("B4", "1.00", { out_request_no: "r1" });
  const biz = { out_trade_no: "B5", total_amount: "1.00", subject: "茶", buyer_id: "2088000000000001" };
  await before.exec("alipay.trade.create", { ...biz, timeout_express: "5m" }, before.receiver.url);
  await before.simulator.callbacks.idle();
  await before.simulator.stop();

  const after = await startAlipayBench(keys, { dataFile });
  expect(after.simulator.payer.confirm(prompted).state).toBe("paid");
  after.simulator.clock.advance(5 * 60_000);
  const told = () => before.receiver.received.map(fieldsOf).map((one) => `${one.out_trade_no} ${one.trade_status}`);
  await expect.poll(told).toEqual(expect.arrayContaining(["B3 TRADE_SUCCESS", "B5 TRADE_CLOSED"]));
  expect(await after.queryRefund("B4", "r1")).toMatchObject({ refund_status: "REFUND_SUCCESS" });
  await after.stop();
  await before.receiver.stop();
  await rm(folder, { recursive: true });
});

test("a restarted simulator issues the same bill, and knows the links it gave and how bills are spoiled", async () => {
  const folder = await mkdtemp(join(tmpdir(), "payhub-simulator-"));
  const dataFile = join(folder, "channels.sqlite");
  const keys = await createAlipayMerchant();
  const day = "2026-11-20";
  const paidAt = Date.parse(`${day}T23:00:00+08:00`);
  let now = paidAt;
  const before = await startAlipayBench(keys, { dataFile, now: () => now });
  before.simulator.payer.pay(await before.code("B6"));
  before.simulator.payer.pay(await before.code("B7"));
  now += 12 * 3_600_000;
  const match = { outTradeNo: "B7" };
  const bill = { channel: "alipay", billKind: "trade", businessDay: day } as const;
  before.simulator.bills.spoil({ ...bill, spoil: { kind: "duplicate", match } });
  const issued = await downloadBill(before, day);
  const url = new URL(String((await askBill(before, day)).bill_download_url));
  await before.stop();

  const after = await startAlipayBench(keys, { dataFile, now: () => now });
  expect((await downloadBill(after, day)).equals(issued)).toBe(true);
  const again = await fetch(`${new URL(after.simulator.urls.alipay).origin}${url.pathname}${url.search}`);
  expect(Buffer.from(await again.arrayBuffer()).equals(issued)).toBe(true);
  await after.stop();
  await rm(folder, { recursive: true });
});
