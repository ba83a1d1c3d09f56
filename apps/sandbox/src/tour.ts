import { randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { createPayhubClient } from "@payhub/client";
import { yuanFromFen } from "@payhub/domain";
import type { Sandbox } from "./start.ts";

const AMOUNT = 1288;
const TIMEOUT_MS = 30_000;
const LOOK_AGAIN_MS = 20;

/**
 * Takes one payment as a business service would and pays it as the payer would: client → channel → phone → callback → event.
 * Tells each step as it happens; throws when the round trip was not really made.
 */
export async function takeTour(sandbox: Sandbox, tell: (line: string) => void): Promise<void> {
  const { api, demo, simulator } = sandbox;
  const signal = AbortSignal.timeout(TIMEOUT_MS);
  const client = createPayhubClient({ url: api, ...demo.tour });
  const orderNo = `TOUR-${randomUUID()}`;
  const arrived = Promise.withResolvers<string>();
  const consumer = client.events.consume(
    (event) => {
      if (event.data.orderNo === orderNo)
        arrived.resolve(`${event.type}, sequence ${event.sequence}, ${event.eventId}`);
    },
    { waitMs: 1_000, signal },
  );
  try {
    const payment = await client.payments.create.mutate({
      orderNo,
      accountNo: demo.accounts.wechatpay,
      scene: "qr",
      amount: AMOUNT,
      subject: "两杯咖啡",
    });
    if (payment.action.type !== "show_qr") throw new Error(`no code to scan: ${JSON.stringify(payment.action)}`);
    const { codeUrl } = payment.action;
    const asked = payment.oneCent ? `, the channel was asked for ¥${yuanFromFen(payment.chargedAmount)}` : "";
    tell(`order     ${orderNo} of ¥${yuanFromFen(AMOUNT)}${asked}`);
    tell(`payment   ${payment.paymentNo}, attempt ${payment.attemptNo}: ${payment.status}`);
    tell(`code      ${codeUrl}`);
    const seen = simulator.payer.open(codeUrl);
    tell(`phone     ${seen.merchantName}, ¥${yuanFromFen(seen.amount)}: the payer pays`);
    simulator.payer.pay(codeUrl);
    const callback = await callbackOf(sandbox, payment.attemptNo, signal);
    tell(`callback  ${new URL(callback.url).pathname} answered ${callback.status}`);
    const event = await Promise.race([arrived.promise, rejectWhenOver(signal)]);
    tell(`event     ${event}`);
    const after = await client.payments.get.query({ orderNo });
    if (after.status !== "succeeded") throw new Error(`the payment is ${after.status} after its event`);
    tell(`books     ${after.status}, channel trade ${after.channelTradeNo}`);
  } finally {
    await consumer.stop();
  }
}

async function callbackOf({ simulator }: Sandbox, attemptNo: string, signal: AbortSignal) {
  for (;;) {
    const found = simulator.callbacks
      .deliveries()
      .find(({ outTradeNo, accepted }) => accepted && outTradeNo === attemptNo);
    if (found) return found;
    await sleep(LOOK_AGAIN_MS, undefined, { signal });
  }
}

function rejectWhenOver(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    signal.addEventListener("abort", () => reject(new Error("the event did not arrive in time")), { once: true });
  });
}
