import { createCipheriv, randomBytes, sign } from "node:crypto";
import type { CallbackFault, Channel } from "@payhub/simulator";
import {
  type CallbackMailbox,
  describeBackends,
  type MailedCallback,
  openCallbackMailbox,
  openPlatform,
  type TakenPayment,
  type TestPlatform,
  takePayment,
} from "@payhub/testkit";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { listEvents } from "../event/list.ts";
import { createPayment } from "../payment/create.ts";
import { getPayment } from "../payment/get.ts";
import { receiveNotification } from "./receive.ts";

const CHANNELS = ["wechatpay", "alipay"] as const;

// https://pay.weixin.qq.com/doc/v3/merchant/4012791882 and https://opendocs.alipay.com/open/194/103296
const SUCCESS = {
  wechatpay: { status: 204, body: "" },
  alipay: { status: 200, body: "success" },
} as const;
const FAILURE = {
  wechatpay: { status: 400, body: '{"code":"FAIL","message":"失败"}' },
  alipay: { status: 400, body: "fail" },
} as const;

describeBackends("receiveNotification", (backend) => {
  let platform: TestPlatform;
  let mailbox: CallbackMailbox;
  beforeAll(async () => {
    mailbox = await openCallbackMailbox();
    platform = await openPlatform(backend, { settings: { publicUrl: mailbox.url } });
  });
  // Rejections of one kind are told of once in a while.
  beforeEach(() => platform.clock.advance(10_000));
  afterAll(async () => {
    await platform.close();
    await mailbox.close();
  });

  /** Pays at the channel and returns the callback that it sends. */
  async function paid(channel: Channel, fault?: CallbackFault): Promise<{ taken: TakenPayment; mail: MailedCallback }> {
    const taken = await takePayment(platform, { channel });
    if (fault) platform.simulator.faults.callback({ channel, fault });
    platform.simulator.payer.pay(taken.codeUrl);
    return { taken, mail: await mailbox.next() };
  }
  async function give(mail: MailedCallback) {
    const { answer, afterwards } = await receiveNotification(platform.ctx, mail);
    await afterwards?.();
    return answer;
  }
  const inbox = () => platform.ctx.store.db.selectFrom("inbox").selectAll().orderBy("id").execute();
  const statusOf = async ({ payment }: TakenPayment) =>
    (await getPayment(platform.ctx, platform.caller, { paymentNo: payment.paymentNo })).payment.status;
  const heldOf = async ({ payment }: TakenPayment) =>
    (await getPayment(platform.ctx, platform.caller, { paymentNo: payment.paymentNo })).heldReceipts;
  const eventsOf = async ({ payment }: TakenPayment) => {
    const { events } = await listEvents(platform.ctx, platform.caller, { after: 0, limit: 1_000 });
    return events.filter(({ paymentNo }) => paymentNo === payment.paymentNo);
  };

  describe.each(CHANNELS)("at %s", (channel) => {
    it("stores it before it answers, settles after it answered", async () => {
      const { taken, mail } = await paid(channel);
      const { answer, afterwards } = await receiveNotification(platform.ctx, mail);
      expect(answer).toMatchObject(SUCCESS[channel]);
      expect((await inbox()).at(-1)).toMatchObject({
        channel,
        accountNo: taken.attempt.accountNo,
        state: "received",
        rawBody: Buffer.from(mail.raw.body).toString(),
      });
      expect(await statusOf(taken)).toBe("created");
      await afterwards?.();
      expect(await statusOf(taken)).toBe("succeeded");
      expect((await inbox()).at(-1)).toMatchObject({ state: "applied", appliedAt: platform.clock.now() });
      expect(await platform.violations()).toEqual([]);
    });

    it("answers a hundred duplicates with success; one is stored, one transition, one event", async () => {
      const { taken, mail } = await paid(channel);
      const stored = (await inbox()).length;
      const answers = await Promise.all(Array.from({ length: 100 }, () => give(mail)));
      expect(new Set(answers.map((answer) => JSON.stringify(answer))).size).toBe(1);
      expect(answers[0]).toMatchObject(SUCCESS[channel]);
      expect(await inbox()).toHaveLength(stored + 1);
      expect(await eventsOf(taken)).toHaveLength(1);
      expect(await platform.violations()).toEqual([]);
    });

    it("settles when it overtakes the answer to the order", async () => {
      const order = platform.order({ accountNo: platform.accounts[channel].accountNo });
      const created = await createPayment(paysBeforeAnswer(), platform.caller, order);
      expect(created.payment.status).toBe("succeeded");
      expect(created.attempt).toMatchObject({ state: "succeeded", nextQueryAt: null });
      expect(await platform.violations()).toEqual([]);
    });

    const flaws: { what: string; spoil: (mail: MailedCallback) => MailedCallback["raw"] }[] = [
      { what: "a changed byte", spoil: ({ raw }) => ({ ...raw, body: flipped(raw.body) }) },
      { what: "an empty body", spoil: ({ raw }) => ({ ...raw, body: Buffer.alloc(0) }) },
      { what: "bytes that are no text", spoil: ({ raw }) => ({ ...raw, body: randomBytes(400) }) },
      { what: "more than 64 KiB", spoil: ({ raw }) => ({ ...raw, body: Buffer.alloc(65 * 1024, raw.body) }) },
    ];
    if (channel === "wechatpay") {
      flaws.push(
        { what: "no signature at all", spoil: ({ raw }) => ({ ...raw, headers: {} }) },
        { what: "an unknown serial", spoil: ({ raw }) => withHeader(raw, "wechatpay-serial", "00".repeat(20)) },
        { what: "an older timestamp", spoil: ({ raw }) => withHeader(raw, "wechatpay-timestamp", "1700000000") },
      );
    } else {
      flaws.push(
        { what: "RSA instead of RSA2", spoil: ({ raw }) => ({ ...raw, body: replaced(raw.body, "RSA2", "RSA") }) },
        {
          what: "a field twice",
          spoil: ({ raw }) => ({ ...raw, body: Buffer.concat([raw.body, Buffer.from("&sign=")]) }),
        },
      );
    }
    it.each(flaws)("stores nothing of one with $what and answers the channel's failure", async ({ spoil }) => {
      const { taken, mail } = await paid(channel);
      const stored = (await inbox()).length;
      const told = platform.alerts.length;
      const { answer, afterwards } = await receiveNotification(platform.ctx, { ...mail, raw: spoil(mail) });
      expect(answer).toMatchObject(FAILURE[channel]);
      expect(afterwards).toBeUndefined();
      expect(await inbox()).toHaveLength(stored);
      expect(await statusOf(taken)).toBe("created");
      expect(platform.alerts.slice(told)).toMatchObject([{ kind: "callback_rejected", facts: { channel } }]);
      await give(mail);
      expect(await platform.violations()).toEqual([]);
    });

    it.each(["forged", "probe"] as const)("stores nothing of a %s one", async (fault) => {
      const { taken, mail } = await paid(channel, fault);
      const stored = (await inbox()).length;
      expect(await give(mail)).toMatchObject(FAILURE[channel]);
      expect(await inbox()).toHaveLength(stored);
      expect(await statusOf(taken)).toBe("created");
      await redeliver(taken);
      expect(await platform.violations()).toEqual([]);
    });

    it("moves nothing for a wrong amount, holds the money and tells", async () => {
      const { taken, mail } = await paid(channel, { kind: "wrong_amount", amount: 1 });
      expect(await give(mail)).toMatchObject(SUCCESS[channel]);
      expect(await statusOf(taken)).toBe("created");
      expect(await heldOf(taken)).toMatchObject([{ reason: "amount_mismatch", amount: 1 }]);
      expect(platform.alerts.at(-1)).toMatchObject({ kind: "amount_mismatch" });
      expect(await platform.violations()).toEqual([]);
    });

    it("moves nothing for another merchant, holds the money and tells", async () => {
      const { taken, mail } = await paid(channel, { kind: "wrong_merchant" });
      expect(await give(mail)).toMatchObject(SUCCESS[channel]);
      expect(await statusOf(taken)).toBe("created");
      expect(await heldOf(taken)).toMatchObject([{ reason: "payee_mismatch" }]);
      expect(platform.alerts.at(-1)).toMatchObject({ kind: "payee_mismatch" });
      expect(await platform.violations()).toEqual([]);
    });

    it("does not believe it at another account's or another channel's address", async () => {
      const other = channel === "wechatpay" ? "alipay" : "wechatpay";
      const { taken, mail } = await paid(channel);
      const stored = (await inbox()).length;
      expect((await give({ ...mail, accountNo: platform.accounts[other].accountNo })).status).toBe(
        FAILURE.wechatpay.status,
      );
      expect((await give({ ...mail, channel: other })).status).toBe(FAILURE[channel].status);
      expect(await inbox()).toHaveLength(stored);
      await give(mail);
      expect(await statusOf(taken)).toBe("succeeded");
    });

    it("refuses an address that names no account", async () => {
      const { mail } = await paid(channel);
      await expect(give({ ...mail, accountNo: "A0" })).rejects.toMatchObject({ code: "NOT_FOUND" });
      await give(mail);
    });
  });

  it("moves no payment for a word of Alipay's about a refund", async () => {
    const { taken, mail } = await paid("alipay");
    const refund = { gmt_refund: "2026-11-21 09:00:00.000", refund_fee: "12.88", out_biz_no: "R1" };
    expect(await give(signedByAlipay(mail, refund))).toMatchObject(SUCCESS.alipay);
    expect(await statusOf(taken)).toBe("created");
    expect((await inbox()).at(-1)).toMatchObject({ state: "applied", receipt: null, refund: { refundNo: "R1" } });
    expect(platform.alerts.at(-1)).toMatchObject({ kind: "unknown_refund", facts: { refundNo: "R1" } });
    await give(mail);
    expect(await statusOf(taken)).toBe("succeeded");
    await give(signedByAlipay(mail, { ...refund, refund_fee: "5.00" }));
    expect(await heldOf(taken)).toEqual([]);
    expect(await eventsOf(taken)).toHaveLength(1);
    expect(await platform.violations()).toEqual([]);
  });

  it("reads Alipay's TRADE_FINISHED as paid, once", async () => {
    const { taken, mail } = await paid("alipay");
    await give(signedByAlipay(mail, { trade_status: "TRADE_FINISHED" }));
    expect(await statusOf(taken)).toBe("succeeded");
    await give(mail);
    expect(await heldOf(taken)).toEqual([]);
    expect(await eventsOf(taken)).toHaveLength(1);
    expect(await platform.violations()).toEqual([]);
  });

  it.each(["WAIT_BUYER_PAY", "TRADE_CLOSED"])("moves nothing for Alipay's %s", async (status) => {
    const { taken, mail } = await paid("alipay");
    await give(signedByAlipay(mail, { trade_status: status }));
    expect(await statusOf(taken)).toBe("created");
    await give(mail);
    expect(await platform.violations()).toEqual([]);
  });

  it("moves no payment for WeChat Pay's word about a refund", async () => {
    const { taken, mail } = await paid("wechatpay");
    const outTradeNo = taken.attempt.attemptNo;
    const notice = {
      out_trade_no: outTradeNo,
      transaction_id: "4200",
      out_refund_no: "R1",
      refund_id: "5030",
      refund_status: "SUCCESS",
      amount: { total: 1288, refund: 1288 },
    };
    expect(await give(signedByWechatpay("REFUND.SUCCESS", notice))).toMatchObject(SUCCESS.wechatpay);
    expect(await statusOf(taken)).toBe("created");
    expect((await inbox()).at(-1)).toMatchObject({ state: "applied", refund: { refundNo: "R1" } });
    expect(platform.alerts.at(-1)).toMatchObject({ kind: "unknown_refund", facts: { refundNo: "R1" } });
    await give(mail);
    expect(await platform.violations()).toEqual([]);
  });

  /** A context whose payer is so fast that the callback is applied before the channel's answer to the order is read. */
  function paysBeforeAnswer() {
    const { connections } = platform.ctx;
    return platform.another({
      connections: {
        async of(accountNo) {
          const connected = await connections.of(accountNo);
          const { connection } = connected;
          const create: typeof connection.create = async (request) => {
            const outcome = await connection.create(request);
            if (outcome.kind !== "accepted" || outcome.action.type !== "show_qr") throw new Error("no code");
            platform.simulator.payer.pay(outcome.action.codeUrl);
            await give(await mailbox.next());
            return outcome;
          };
          return { ...connected, connection: { ...connection, create } };
        },
      },
    });
  }

  async function redeliver({ attempt }: TakenPayment): Promise<void> {
    const owed = platform.simulator.callbacks.pending().find(({ outTradeNo }) => outTradeNo === attempt.attemptNo);
    if (!owed) throw new Error("nothing is owed");
    await platform.simulator.callbacks.deliverNow(owed.id);
    await give(await mailbox.next());
  }

  function signedByAlipay(mail: MailedCallback, changes: Record<string, string>): MailedCallback {
    const {
      sign: _,
      sign_type,
      ...fields
    } = {
      ...Object.fromEntries(new URLSearchParams(Buffer.from(mail.raw.body).toString())),
      ...changes,
      notify_id: randomBytes(17).toString("hex"),
    } as Record<string, string>;
    const content = Object.keys(fields)
      .sort()
      .map((name) => `${name}=${fields[name]}`)
      .join("&");
    const signature = sign("sha256", Buffer.from(content), platform.merchants.alipay.alipayPrivateKeyPem).toString(
      "base64",
    );
    const form = new URLSearchParams({ ...fields, sign_type: sign_type ?? "", sign: signature });
    return { ...mail, raw: { ...mail.raw, body: Buffer.from(form.toString()) } };
  }

  function signedByWechatpay(eventType: string, plaintext: unknown): MailedCallback {
    const { apiV3Key, platform: keys } = platform.merchants.wechatpay;
    const [certificate] = keys.certificates;
    if (!certificate) throw new Error("no certificate");
    const nonce = randomBytes(6).toString("hex");
    const cipher = createCipheriv("aes-256-gcm", apiV3Key, nonce).setAAD(Buffer.from("refund"));
    const encrypted = [cipher.update(JSON.stringify(plaintext)), cipher.final(), cipher.getAuthTag()];
    const body = JSON.stringify({
      id: randomBytes(16).toString("hex"),
      create_time: "2026-11-21T08:00:00+08:00",
      resource_type: "encrypt-resource",
      event_type: eventType,
      summary: "退款成功",
      resource: {
        original_type: "refund",
        algorithm: "AEAD_AES_256_GCM",
        ciphertext: Buffer.concat(encrypted).toString("base64"),
        associated_data: "refund",
        nonce,
      },
    });
    const timestamp = String(Math.floor(platform.clock.now() / 1000));
    const signed = `${timestamp}\n${nonce}\n${body}\n`;
    return {
      channel: "wechatpay",
      accountNo: platform.accounts.wechatpay.accountNo,
      raw: {
        headers: {
          "wechatpay-timestamp": timestamp,
          "wechatpay-nonce": nonce,
          "wechatpay-serial": certificate.serialNo,
          "wechatpay-signature": sign("sha256", Buffer.from(signed), certificate.privateKeyPem).toString("base64"),
          "wechatpay-signature-type": "WECHATPAY2-SHA256-RSA2048",
        },
        body: Buffer.from(body),
      },
    };
  }
});

function flipped(body: Uint8Array): Uint8Array {
  const copy = Buffer.from(body);
  const middle = copy.length >> 1;
  copy[middle] = copy[middle] === 0x30 ? 0x31 : 0x30;
  return copy;
}

function replaced(body: Uint8Array, from: string, to: string): Uint8Array {
  return Buffer.from(Buffer.from(body).toString().replace(from, to));
}

function withHeader(raw: MailedCallback["raw"], name: string, value: string): MailedCallback["raw"] {
  return { ...raw, headers: { ...raw.headers, [name]: value } };
}
