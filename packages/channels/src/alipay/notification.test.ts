import { generateKeyPairSync, sign } from "node:crypto";
import { describe, expect, test } from "vitest";
import { readCredentials } from "./credentials.ts";
import { readNotification } from "./notification.ts";
import { createSdk } from "./sign.ts";

const app = generateKeyPairSync("rsa", { modulusLength: 2048 });
const alipay = generateKeyPairSync("rsa", { modulusLength: 2048 });
const sdk = createSdk(
  readCredentials({
    appId: "2021000000000001",
    sellerId: "2088000000000001",
    privateKey: app.privateKey.export({ type: "pkcs8", format: "pem" }),
    alipayPublicKey: alipay.publicKey.export({ type: "spki", format: "pem" }),
  }),
  { deadlineMs: 1000 },
);

type Fields = Record<string, string>;

const PAID: Fields = {
  gmt_create: "2026-11-21 10:00:00",
  charset: "utf-8",
  gmt_payment: "2026-11-21 10:00:06",
  notify_time: "2026-11-21 10:00:07",
  subject: "拿铁 50% off + 1",
  buyer_id: "2088000000000099",
  invoice_amount: "12.88",
  version: "1.0",
  notify_id: "2026112100222100007000000000000001",
  fund_bill_list: `[{"amount":"12.88","fundChannel":"ALIPAYACCOUNT"}]`,
  notify_type: "trade_status_sync",
  out_trade_no: "T20261121100000000ABCDEFGHJKMN",
  total_amount: "12.88",
  trade_status: "TRADE_SUCCESS",
  trade_no: "2026112122001425131000000001",
  auth_app_id: "2021000000000001",
  receipt_amount: "12.88",
  point_amount: "0.00",
  passback_params: "a%3D1%26b%3D2",
  app_id: "2021000000000001",
  buyer_pay_amount: "12.88",
  sign_type: "RSA2",
  seller_id: "2088000000000001",
};

const RECEIPT = {
  outTradeNo: PAID.out_trade_no,
  channelTradeNo: PAID.trade_no,
  amount: 1288,
  currency: "CNY",
  paidAt: Date.parse("2026-11-21T02:00:06Z"),
  payee: { appId: "2021000000000001", sellerId: "2088000000000001" },
};

/** The body that Alipay sends; the signature covers every field but `sign` and `sign_type`. */
function signed(fields: Fields, algorithm = "sha256"): string {
  const covered = Object.keys(fields).filter((name) => name !== "sign_type");
  const content = covered.sort().map((name) => `${name}=${fields[name]}`);
  const signature = sign(algorithm, Buffer.from(content.join("&")), alipay.privateKey).toString("base64");
  return new URLSearchParams({ ...fields, sign: signature }).toString();
}

const read = (body: string) => readNotification([sdk], { headers: {}, body: Buffer.from(body) });
const readSigned = (changes: Fields) => read(signed({ ...PAID, ...changes }));

function without(...names: string[]): Fields {
  return Object.fromEntries(Object.entries(PAID).filter(([name]) => !names.includes(name)));
}

describe("a payment", () => {
  test("is the receipt as Alipay wrote it, percent signs and all", () => {
    expect(read(signed(PAID))).toEqual({ kind: "payment", notificationId: PAID.notify_id, receipt: RECEIPT });
  });

  test("TRADE_FINISHED is paid too, months later and with an empty refund", () => {
    const outcome = readSigned({ trade_status: "TRADE_FINISHED", refund_fee: "0.00" });
    expect(outcome).toMatchObject({ kind: "payment", receipt: RECEIPT });
  });

  test("a field that nobody knew is covered and harmless", () => {
    expect(readSigned({ new_field: "x", empty: "" })).toMatchObject({ kind: "payment" });
  });

  test("the number of Alipay's certificate may come beside what is signed", () => {
    expect(read(`${signed(PAID)}&alipay_cert_sn=0a1b`)).toMatchObject({ kind: "payment", receipt: RECEIPT });
    expect(readSigned({ alipay_cert_sn: "0a1b" })).toMatchObject({ kind: "payment", receipt: RECEIPT });
  });

  test("another payee is told, not hidden", () => {
    const outcome = readSigned({ app_id: "2021000000000002", seller_id: "2088000000000002" });
    expect(outcome).toMatchObject({
      kind: "payment",
      receipt: { payee: { appId: "2021000000000002", sellerId: "2088000000000002" } },
    });
    expect(read(signed(without("app_id", "seller_id")))).toMatchObject({ receipt: { payee: {} } });
  });
});

describe("a refund", () => {
  const refunded = { gmt_refund: "2026-11-22 09:51:36.631", refund_fee: "1.00", out_biz_no: "R1" };
  test.each<[string, Fields]>([
    ["in part, under the status of a payment", refunded],
    ["without its time", { refund_fee: "0.01", out_biz_no: "R1" }],
    ["without its amount", { gmt_refund: refunded.gmt_refund, out_biz_no: "R1" }],
    ["in full", { ...refunded, trade_status: "TRADE_CLOSED", refund_fee: "12.88", gmt_close: "2026-11-22 09:51:36" }],
    ["of a trade that is finished since", { ...refunded, trade_status: "TRADE_FINISHED" }],
  ])("%s is a hint at the refund", (_title, changes) => {
    const hint = { kind: "refund", notificationId: PAID.notify_id, attemptNo: PAID.out_trade_no, refundNo: "R1" };
    expect(readSigned(changes)).toEqual(hint);
  });
});

describe("is genuine and moves nothing", () => {
  test.each<[string, Fields, string]>([
    ["a refund without a number and a time", { refund_fee: "0.01" }, "refund"],
    ["a refund without a number and an amount", { gmt_refund: "2026-11-22 09:51:36.631" }, "refund"],
    ["a finished trade with refunds", { trade_status: "TRADE_FINISHED", refund_fee: "1.00" }, "refund"],
    ["a close", { trade_status: "TRADE_CLOSED" }, "TRADE_CLOSED"],
    ["a scan", { trade_status: "WAIT_BUYER_PAY" }, "WAIT_BUYER_PAY"],
    ["a status of tomorrow", { trade_status: "TRADE_PENDING" }, "TRADE_PENDING"],
    ["another type", { notify_type: "servicewindow" }, "servicewindow"],
  ])("%s", (_title, changes, about) => {
    expect(readSigned(changes)).toEqual({ kind: "ignored", notificationId: PAID.notify_id, about });
  });
});

describe("is not believed", () => {
  test("RSA with SHA-1, though signed by Alipay's key", () => {
    const weak = signed({ ...PAID, sign_type: "RSA" }, "sha1");
    expect(read(weak)).toEqual({ kind: "rejected", reason: "algorithm" });
    expect(read(signed(without("sign_type")))).toEqual({ kind: "rejected", reason: "algorithm" });
    expect(readSigned({ sign_type: "toString" })).toEqual({ kind: "rejected", reason: "algorithm" });
  });

  test.each<[string, string]>([
    ["a changed amount", signed(PAID).replace("total_amount=12.88", "total_amount=0.01")],
    ["an added field", `${signed(PAID)}&refund_fee=0.00`],
    ["no signature", new URLSearchParams(PAID).toString()],
    ["an empty signature", new URLSearchParams({ ...PAID, sign: "" }).toString()],
    ["no base64", new URLSearchParams({ ...PAID, sign: "!" }).toString()],
    ["a plus sign that became a space", decodeURIComponent(signed(PAID)).replaceAll("+", " ")],
  ])("%s", (_title, body) => expect(read(body)).toEqual({ kind: "rejected", reason: "signature" }));

  test.each<[string, string]>([
    ["one field twice", `${signed(PAID)}&total_amount=12.88`],
    ["nothing", ""],
    ["JSON", JSON.stringify(PAID)],
    ["an amount of three places", signed({ ...PAID, total_amount: "12.885" })],
    ["no time of payment", signed(without("gmt_payment"))],
    ["no id", signed(without("notify_id"))],
    ["no order number", signed(without("out_trade_no"))],
  ])("%s", (_title, body) => expect(read(body)).toEqual({ kind: "rejected", reason: "malformed" }));
});
