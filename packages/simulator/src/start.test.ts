import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { settle, startWechatpayBench } from "../test/wechatpay-bench.ts";
import { startSimulator } from "./start.ts";
import { createWechatpayMerchant } from "./wechatpay/merchant.ts";

const keys = await createWechatpayMerchant();

test("three addresses on loopback, and a second stop is harmless", async () => {
  const { urls, stop } = await startSimulator({ wechatpay: { merchants: [keys.merchant] } });
  expect(urls).toEqual({
    wechatpay: expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+$/),
    alipay: expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+\/gateway\.do$/),
    phone: expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+$/),
  });
  await stop();
  await stop();
  await expect(fetch(urls.wechatpay)).rejects.toThrow();
});

test("a taken port rejects and leaves nothing listening", async () => {
  const first = await startSimulator({});
  const port = Number(new URL(first.urls.phone).port);
  await expect(startSimulator({ ports: { phone: port } })).rejects.toThrow("EADDRINUSE");
  await first.stop();
});

test("stopping cuts calls that hang", async () => {
  const bench = await startWechatpayBench(keys);
  bench.simulator.faults.script({ channel: "wechatpay", operation: "query", fault: { kind: "timeout_after_commit" } });
  const hanging = bench.query("order-0001");
  await expect.poll(() => bench.simulator.calls().length).toBe(1);
  await bench.stop();
  expect((await hanging).clientError).toBe("ECONNRESET");
});

test("a restarted simulator knows its trades, codes and owed callbacks; keys are plain JSON", async () => {
  const directory = mkdtempSync(join(tmpdir(), "payhub-simulator-"));
  const dataFile = join(directory, "simulator.sqlite");
  const stored: typeof keys = JSON.parse(JSON.stringify(keys));

  const before = await startWechatpayBench(stored, { dataFile });
  before.simulator.faults.callback({ channel: "wechatpay", fault: "lost" });
  const [paid, unpaid] = [before.order(), before.order()];
  before.simulator.payer.pay(String((await before.create(paid)).data.code_url));
  const code = String((await before.create(unpaid)).data.code_url);
  await before.close("burnt-0001");
  await expect.poll(() => before.simulator.callbacks.deliveries().length).toBe(1);
  const ledger = before.simulator.ledger();
  await before.simulator.stop();

  const after = await startWechatpayBench(stored, { dataFile });
  expect(after.simulator.ledger()).toEqual(ledger);
  await before.receiver.waitFor(1);
  expect((await after.query(String(paid.out_trade_no))).data.trade_state).toBe("SUCCESS");
  expect((await after.create(after.order({ out_trade_no: "burnt-0001" }))).data.code).toBe("INVALID_REQUEST");
  expect(after.simulator.payer.pay(code).state).toBe("paid");
  await before.receiver.waitFor(2);
  await after.stop();
  await before.receiver.stop();
  rmSync(directory, { recursive: true });
});

test("the call log names operation, outcome and order number", async () => {
  const bench = await startWechatpayBench(keys);
  const order = bench.order();
  await bench.create(order);
  await bench.query(String(order.out_trade_no));
  await bench.close(String(order.out_trade_no));
  await settle(bench.client.chain("v3/certificates").get());
  expect(bench.simulator.calls().map(({ operation, outcome, outTradeNo }) => [operation, outcome, outTradeNo])).toEqual(
    [
      ["create", "200", order.out_trade_no],
      ["query", "200", order.out_trade_no],
      ["close", "204", order.out_trade_no],
      ["certificates", "200", undefined],
    ],
  );
  await bench.stop();
});
