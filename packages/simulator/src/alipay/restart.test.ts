import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { startAlipayBench } from "../../test/alipay-bench.ts";
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
