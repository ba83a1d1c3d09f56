import { createSign, randomBytes } from "node:crypto";
import { findLiveCredentials } from "@payhub/store";
import { describeBackends, openPlatform, type TestPlatform } from "@payhub/testkit";
import { afterAll, beforeAll, expect, it } from "vitest";
import {
  alertsAbout,
  decidedAtChannel,
  eventsOf,
  finished,
  loseCallbacks,
  passTime,
  refundedOf,
  refundOf,
  script,
  stored,
  takePaid,
} from "../../test/refunds.ts";
import { codeOf } from "../../test/support.ts";
import { credentialOwner } from "../account/credentials.ts";
import { createRefund } from "./create.ts";
import { getRefund } from "./get.ts";

const HALF_AN_HOUR_MS = 30 * 60_000;

describeBackends("a refund that WeChat Pay cannot give back", (backend) => {
  let platform: TestPlatform;
  beforeAll(async () => {
    platform = await openPlatform(backend, { simulator: { speed: 10_000 } });
    loseCallbacks(platform);
  });
  afterAll(() => platform.close());

  /** What an operator does at the merchant platform: has the money sent to the merchant's own card instead. */
  async function finishByHand({ refundNo, channelRefundNo }: { refundNo: string; channelRefundNo: string | null }) {
    const { ctx, accounts, simulator, clock } = platform;
    const owner = credentialOwner(accounts.wechatpay.accountNo);
    const [secret] = await findLiveCredentials(ctx.store.db, accounts.wechatpay.accountNo);
    if (!secret) throw new Error("the account has no credentials");
    const own: Record<string, string> = JSON.parse(ctx.keyring.open(owner, "credentials", secret.sealed));
    const path = `/v3/refund/domestic/refunds/${channelRefundNo}/apply-abnormal-refund`;
    const body = JSON.stringify({ out_refund_no: refundNo, type: "MERCHANT_BANK_CARD" });
    const [timestamp, nonce] = [Math.floor(clock.now() / 1000), randomBytes(16).toString("hex")];
    const signature = createSign("RSA-SHA256")
      .update(`POST\n${path}\n${timestamp}\n${nonce}\n${body}\n`)
      .sign(own.merchantPrivateKey ?? "", "base64");
    const words = Object.entries({
      mchid: own.mchid,
      nonce_str: nonce,
      signature,
      timestamp,
      serial_no: own.merchantSerialNo,
    });
    const answer = await fetch(`${simulator.urls.wechatpay}${path}`, {
      method: "POST",
      headers: {
        authorization: `WECHATPAY2-SHA256-RSA2048 ${words.map(([name, value]) => `${name}="${value}"`).join(",")}`,
        "content-type": "application/json",
        accept: "application/json",
        "user-agent": "operator",
      },
      body,
    });
    expect(answer.status).toBe(200);
  }

  async function abnormal() {
    const paid = await takePaid(platform);
    script(platform, paid, { kind: "abnormal", afterMs: 0 });
    const { refund } = await createRefund(platform.ctx, platform.caller, refundOf(paid, { amount: 60 }));
    await decidedAtChannel(platform, refund.refundNo);
    await passTime(platform);
    return { paid, refundNo: refund.refundNo };
  }

  it("is shown, told once and keeps its amount: it has not failed", async () => {
    const { paid, refundNo } = await abnormal();
    expect(await getRefund(platform.ctx, platform.caller, { refundNo })).toMatchObject({
      status: "created",
      abnormal: true,
      unknown: false,
    });
    expect(alertsAbout(platform, refundNo)).toEqual(["refund_abnormal"]);
    for (let question = 0; question < 3; question++) await passTime(platform, HALF_AN_HOUR_MS);
    expect(await stored(platform, refundNo)).toMatchObject({ status: "created", abnormal: true });
    expect(alertsAbout(platform, refundNo)).toEqual(["refund_abnormal"]);
    expect(await refundedOf(platform, paid.payment.paymentNo)).toBe(60);
    const rival = refundOf(paid, { amount: 41 });
    expect(await codeOf(createRefund(platform.ctx, platform.caller, rival))).toBe("REFUND_EXCEEDS_PAID");
    expect(await eventsOf(platform, paid.payment.paymentNo)).toEqual(["1 payment.succeeded"]);
    expect(await platform.violations()).toEqual([]);
  });

  it("succeeds once people finished it", async () => {
    const { paid, refundNo } = await abnormal();
    await finishByHand(await stored(platform, refundNo));
    await passTime(platform, HALF_AN_HOUR_MS);
    expect(await finished(platform, refundNo)).toMatchObject({ status: "succeeded", abnormal: false });
    expect(await eventsOf(platform, paid.payment.paymentNo)).toEqual(["1 payment.succeeded", "2 refund.succeeded"]);
    expect(await platform.violations()).toEqual([]);
  });
});
