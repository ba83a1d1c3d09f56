import type { PaymentView } from "@payhub/contract";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type ApiProcess, kill, startApiProcess } from "./support/api-process.ts";
import { dataOf, get, post } from "./support/call.ts";
import { freePort } from "./support/free-port.ts";
import { codeUrlOf, order, type Platform, startPlatform } from "./support/platform.ts";

let platform: Platform;
let api: ApiProcess;

beforeAll(async () => {
  platform = await startPlatform();
  const port = await freePort();
  api = await startApiProcess(
    platform.env({ PAYHUB_PORT: String(port), PAYHUB_PUBLIC_URL: `http://127.0.0.1:${port}` }),
  );
});
afterAll(async () => {
  await kill(api);
  await platform?.stop();
});

test("a payment is taken, paid, called back and delivered", async () => {
  const created = await post(api.url, platform.signer, "payments.create", order(platform));
  const payment = dataOf<PaymentView>(created);
  expect(payment).toMatchObject({ status: "created", amount: 1288, action: { type: "show_qr" } });

  platform.simulator.payer.pay(codeUrlOf(payment));
  const pulled = await post(api.url, platform.signer, "events.pull", JSON.stringify({ waitMs: 10_000 }));
  const { paymentNo } = payment;
  expect(dataOf(pulled)).toMatchObject({
    events: [{ type: "payment.succeeded", paymentNo, sequence: 1, data: { amount: 1288, status: "succeeded" } }],
  });
  const found = await get(api.url, platform.signer, "payments.get", { paymentNo });
  expect(dataOf(found)).toMatchObject({ status: "succeeded", action: { type: "none" } });
});
