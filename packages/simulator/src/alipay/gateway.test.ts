import { createVerify } from "node:crypto";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type AlipayBench, callGateway, startAlipayBench } from "../../test/alipay-bench.ts";
import { createAlipayMerchant } from "./merchant.ts";

const { merchant, credentials } = await createAlipayMerchant();
let bench: AlipayBench;

beforeAll(async () => {
  bench = await startAlipayBench({ merchant, credentials });
});

afterAll(() => bench.stop());

const call = (options: Pick<Parameters<typeof callGateway>[0], "change" | "spoil"> = {}) =>
  callGateway({ gateway: bench.simulator.urls.alipay, credentials, ...options });

test("an answer is HTTP 200 text/html, ordered, and signed over the raw inner object", async () => {
  const { status, contentType, text } = await call();
  expect(status).toBe(200);
  expect(contentType).toBe("text/html;charset=utf-8");
  const match = /^\{"alipay_trade_query_response":(\{.*\}),"sign":"([^"]+)"\}$/.exec(text);
  expect(Object.keys(JSON.parse(match?.[1] ?? "{}"))).toEqual([
    "code",
    "msg",
    "sub_code",
    "sub_msg",
    "buyer_pay_amount",
    "invoice_amount",
    "out_trade_no",
    "point_amount",
    "receipt_amount",
  ]);
  const verifier = createVerify("sha256").update(match?.[1] ?? "", "utf8");
  expect(verifier.verify(credentials.alipayPublicKey, match?.[2] ?? "", "base64")).toBe(true);
});

test.each([
  [{ sign_type: undefined }, "40001", "isv.missing-signature-type"],
  [{ timestamp: undefined }, "40001", "isv.missing-timestamp"],
  [{ version: undefined }, "40001", "isv.missing-version"],
  [{ sign_type: "RSA" }, "40002", "isv.invalid-signature-type"],
  [{ charset: "GBK" }, "40002", "isv.invalid-charset"],
  [{ timestamp: "2026-11-20T10:00:00Z" }, "40002", "isv.invalid-timestamp"],
  [{ format: "XML" }, "40002", "isv.invalid-format"],
  [{ method: "alipay.trade.unheard" }, "40002", "isv.invalid-method"],
  [{ method: "constructor" }, "40002", "isv.invalid-method"],
  [{ biz_content: "{" }, "40002", "isv.illegal-json"],
  [{ biz_content: "[]" }, "40002", "isv.illegal-json"],
])("%j is refused with %s %s, signed", async (change, code, subCode) => {
  const { status, text, answer } = await call({ change });
  expect(status).toBe(200);
  expect(answer).toMatchObject({ code, sub_code: subCode });
  expect(text).toContain('"sign":"');
});

test("a wrong or missing signature is refused, and the gateway shows what it verified", async () => {
  const tampered = await call({ spoil: { biz_content: '{"out_trade_no":"mine"}' } });
  expect(tampered.answer).toMatchObject({ code: "40002", sub_code: "isv.invalid-signature" });
  expect(tampered.answer.sub_msg).toContain('biz_content={"out_trade_no":"mine"}&charset=utf-8');
  expect((await call({ spoil: { sign: undefined } })).answer.sub_code).toBe("isv.missing-signature");
  expect((await call({ spoil: { sign: "AAAA" } })).answer.sub_code).toBe("isv.invalid-signature");
});

test("empty values may be signed or left out of the signature", async () => {
  expect((await call({ change: { notify_url: "" } })).answer.sub_code).toBe("ACQ.TRADE_NOT_EXIST");
  expect((await call({ spoil: { notify_url: "" } })).answer.sub_code).toBe("ACQ.TRADE_NOT_EXIST");
});

test("an unknown app is refused before its signature is looked at, unsigned", async () => {
  const { status, text, answer } = await call({ spoil: { app_id: "2021009999999999", sign: "AAAA" } });
  expect(status).toBe(200);
  expect(answer).toMatchObject({ code: "40002", sub_code: "isv.invalid-app-id" });
  expect(text).not.toContain('"sign"');
});

test("a call without a method has no response key of its own", async () => {
  const { text } = await call({ change: { method: undefined } });
  expect(JSON.parse(text)).toMatchObject({ error_response: { code: "40001", sub_code: "isv.missing-method" } });
});

test("every call is logged with its operation, number and outcome", async () => {
  await bench.precreate("L1");
  await bench.query("L1");
  expect(bench.simulator.calls().slice(-2)).toMatchObject([
    { channel: "alipay", operation: "create", outTradeNo: "L1", outcome: "10000" },
    { channel: "alipay", operation: "query", outTradeNo: "L1", outcome: "ACQ.TRADE_NOT_EXIST" },
  ]);
});
