import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { fieldsOf, startAlipayBench } from "../../test/alipay-bench.ts";
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
