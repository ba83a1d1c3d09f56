import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { ACCOUNT, connectTo, type Peer, paidTransaction, startPeer } from "../../test/wechatpay-peer.ts";
import type { ChannelConnection } from "../channel.ts";

let peer: Peer;
let connection: ChannelConnection;
beforeAll(async () => {
  peer = await startPeer();
  connection = connectTo([peer.credentials]);
});
afterAll(() => peer.stop());

const rejected = (reason: string) => ({ kind: "rejected", reason });
const ignored = (about: string) => ({ kind: "ignored", notificationId: "EV-2018022511223320873", about });

describe("a callback", () => {
  test("of a payment is its receipt, sealed by an independent SDK", async () => {
    expect(await connection.readNotification(peer.notification(paidTransaction()))).toEqual({
      kind: "payment",
      notificationId: "EV-2018022511223320873",
      receipt: {
        outTradeNo: "T20260115A001",
        channelTradeNo: "4200000000202601150000000001",
        amount: 1250,
        currency: "CNY",
        paidAt: Date.parse("2026-01-15T02:02:03Z"),
        payee: ACCOUNT,
      },
    });
  });

  test("that comes again after a refund is still the payment", async () => {
    const raw = peer.notification(paidTransaction({ trade_state: "REFUND" }));
    expect(await connection.readNotification(raw)).toMatchObject({ kind: "payment" });
  });

  test.each([
    ["another resource type", { envelope: { resource_type: "plain" } }, rejected("algorithm")],
    ["another algorithm", { resource: { algorithm: "AEAD_SM4_GCM" } }, rejected("algorithm")],
    ["another seal", { resource: { associated_data: "refund" } }, rejected("decryption")],
    ["another key", { apiV3Key: "z".repeat(32) }, rejected("decryption")],
    ["no ciphertext", { resource: { ciphertext: "" } }, rejected("decryption")],
    ["a nonce of another length", { resource: { nonce: "short" } }, rejected("malformed")],
    ["no id", { envelope: { id: "" } }, rejected("malformed")],
    ["an id that no table holds", { envelope: { id: "x".repeat(65) } }, rejected("malformed")],
    ["a payment in a refund's envelope", { envelope: { event_type: "REFUND.SUCCESS" } }, rejected("malformed")],
    ["an event of a later day", { envelope: { event_type: "COMPLAINT.CREATE" } }, ignored("COMPLAINT.CREATE")],
  ])("with %s", async (_what, changes, outcome) => {
    expect(await connection.readNotification(peer.notification(paidTransaction(), changes))).toEqual(outcome);
  });

  test("that seals no payment moves nothing", async () => {
    const unpaid = peer.notification(paidTransaction({ trade_state: "NOTPAY" }));
    expect(await connection.readNotification(unpaid)).toEqual(ignored("TRANSACTION.SUCCESS NOTPAY"));
    for (const plain of [
      {},
      [],
      null,
      1,
      paidTransaction({ amount: undefined }),
      paidTransaction({ success_time: "" }),
    ]) {
      expect(await connection.readNotification(peer.notification(plain))).toEqual(rejected("malformed"));
    }
  });

  test.each(["SUCCESS", "ABNORMAL", "CLOSED"])("of a refund that is %s names it, and says no more", async (status) => {
    const { out_trade_no, mchid, transaction_id } = paidTransaction();
    const plain = {
      mchid,
      out_trade_no,
      transaction_id,
      out_refund_no: "R20260115A001",
      refund_id: "50300000002026011500000000001",
      refund_status: status,
      user_received_account: "支付用户零钱",
      amount: { total: 1250, refund: 300, payer_total: 1250, payer_refund: 300 },
    };
    const envelope = { event_type: `REFUND.${status}` };
    expect(await connection.readNotification(peer.notification(plain, { envelope }))).toEqual({
      kind: "refund",
      notificationId: "EV-2018022511223320873",
      attemptNo: out_trade_no,
      refundNo: "R20260115A001",
    });
    expect(await connection.readNotification(peer.notification(plain))).toEqual(rejected("malformed"));
    const { refund_status, ...unnamed } = { ...plain, status };
    expect(await connection.readNotification(peer.notification(unnamed, { envelope }))).toEqual(rejected("malformed"));
  });

  test("is verified before it is read", async () => {
    const nonsense = peer.signed("<xml>");
    expect(await connection.readNotification(nonsense)).toEqual(rejected("malformed"));
    const forged = { ...nonsense, body: Buffer.from("<xmk>") };
    expect(await connection.readNotification(forged)).toEqual(rejected("signature"));
  });

  test("of more than 64 KiB is not read", async () => {
    const padded = (chars: number) => peer.notification(paidTransaction(), { envelope: { pad: "x".repeat(chars) } });
    expect(await connection.readNotification(padded(60_000))).toMatchObject({ kind: "payment" });
    expect(await connection.readNotification(padded(65_536))).toEqual(rejected("malformed"));
  });

  test("counts for five minutes", async () => {
    const at = (offsetMs: number) => connectTo([peer.credentials], { now: () => Date.now() + offsetMs });
    const raw = peer.notification(paidTransaction());
    for (const offsetMs of [-290_000, 290_000]) {
      expect(await at(offsetMs).readNotification(raw)).toMatchObject({ kind: "payment" });
    }
    for (const offsetMs of [-310_000, 310_000]) {
      expect(await at(offsetMs).readNotification(raw)).toEqual(rejected("timestamp"));
    }
  });

  test("is opened with the key of any live version", async () => {
    const newer = { ...peer.credentials, apiV3Key: "n".repeat(32) };
    const raw = peer.notification(paidTransaction());
    expect(await connectTo([newer, peer.credentials]).readNotification(raw)).toMatchObject({ kind: "payment" });
    expect(await connectTo([newer]).readNotification(raw)).toEqual(rejected("decryption"));
  });

  test("with serials nobody knows makes us ask the channel once", async () => {
    peer.answer(404, { code: "RESOURCE_NOT_EXISTS", message: "无可用的平台证书" });
    peer.requests.splice(0);
    const raw = peer.notification(paidTransaction());
    for (let count = 0; count < 50; count += 1) {
      const headers = { ...raw.headers, "wechatpay-serial": `${count}`.padStart(40, "A") };
      expect(await connection.readNotification({ ...raw, headers })).toEqual(rejected("unknown_key"));
    }
    expect(peer.requests.map(({ path }) => path)).toEqual(["/v3/certificates"]);
  });
});
