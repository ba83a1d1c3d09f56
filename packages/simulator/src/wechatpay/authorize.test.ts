import { request } from "undici";
import { afterAll, beforeAll, expect, test } from "vitest";
import { Formatter, Rsa } from "wechatpay-axios-plugin";
import type { Simulator } from "../start.ts";
import { startSimulator } from "../start.ts";
import { createWechatpayMerchant } from "./merchant.ts";

const { merchant, credentials } = await createWechatpayMerchant();
let simulator: Simulator;

beforeAll(async () => {
  simulator = await startSimulator({ wechatpay: { merchants: [merchant] } });
});

afterAll(() => simulator.stop());

const nativeUrl = "/v3/pay/transactions/native";
const certificatesUrl = "/v3/certificates";

interface Claim {
  mchid: string;
  nonce: string;
  timestamp: number;
  serial: string;
  signature?: string;
}

const now = () => Math.floor(Date.now() / 1000);

/** Signs as the public client does, with whatever the test changes. */
function authorization(url: string, body: string, changes: Partial<Claim> = {}): string {
  const { mchid, merchantSerialNo: serial, merchantPrivateKey } = credentials;
  const claim = { mchid, serial, nonce: "593BEC0C930BF1AFEB40B4A08C8FB242", timestamp: now(), ...changes };
  const message = Formatter.request(body ? "POST" : "GET", url, claim.timestamp, claim.nonce, body);
  const signature = claim.signature ?? Rsa.sign(message, merchantPrivateKey);
  return Formatter.authorization(claim.mchid, claim.nonce, signature, claim.timestamp, claim.serial);
}

async function call(url: string, headers: Record<string, string>, body = "") {
  const answer = await request(`${simulator.urls.wechatpay}${url}`, {
    method: body ? "POST" : "GET",
    headers: { Accept: "application/json", "User-Agent": "test", "Content-Type": "application/json", ...headers },
    ...(body && { body }),
  });
  const text = await answer.body.text();
  return { status: answer.statusCode, headers: answer.headers, ...JSON.parse(text) };
}

test("a request signed by the rule is let through to the parameters", async () => {
  const body = "{}";
  const answer = await call(nativeUrl, { Authorization: authorization(nativeUrl, body) }, body);
  expect(answer).toMatchObject({ status: 400, code: "PARAM_ERROR", detail: { field: "/appid" } });
});

const badFormat = "Http头Authorization值格式错误，请参考《微信支付商户REST API签名规则》";
const badScheme = "HTTP头Authorization认证类型不正确";
const unsigned = "签名信息错误，验签失败";

test.each([
  ["no header", nativeUrl, {}, unsigned],
  ["no header of a service provider", "/v3/pay/partner/transactions/native", {}, unsigned],
  ["no header", certificatesUrl, {}, badFormat],
  ["another scheme", nativeUrl, { Authorization: "Bearer abc" }, unsigned],
  ["another scheme", certificatesUrl, { Authorization: "Bearer abc" }, badScheme],
  ["another algorithm", nativeUrl, { Authorization: 'WECHATPAY2-SM2-WITH-SM3 mchid="1"' }, badScheme],
  ["missing pairs", certificatesUrl, { Authorization: 'WECHATPAY2-SHA256-RSA2048 mchid="1"' }, badFormat],
])("%s on %s", async (_what, url, headers: Record<string, string>, message) => {
  const answer = await call(url, headers, url === certificatesUrl ? "" : "{}");
  expect(answer).toMatchObject({ status: 401, code: "SIGN_ERROR", message });
  expect(answer.headers).not.toHaveProperty("wechatpay-signature");
});

test("spaces or doubled pairs make the header malformed", async () => {
  const good = authorization(certificatesUrl, "");
  for (const header of [good.replaceAll(",", ", "), good.replace(" ", "  "), `${good},mchid="${credentials.mchid}"`]) {
    expect(await call(certificatesUrl, { Authorization: header })).toMatchObject({ status: 401, message: badFormat });
  }
});

test("pairs may come in any order", async () => {
  const [scheme, pairs = ""] = authorization(certificatesUrl, "").split(" ");
  const header = `${scheme} ${pairs.split(",").reverse().join(",")}`;
  expect((await call(certificatesUrl, { Authorization: header })).status).toBe(200);
});

test("the clock is checked before the signature, five minutes either way", async () => {
  const skew = "Http头Authorization中的timestamp与发起请求的时间不得超过5分钟";
  for (const offset of [-302, 302]) {
    const header = authorization(nativeUrl, "{}", { timestamp: now() + offset, signature: "bm9uc2Vuc2U=" });
    expect(await call(nativeUrl, { Authorization: header }, "{}")).toMatchObject({ status: 401, message: skew });
  }
  const header = authorization(nativeUrl, "{}", { timestamp: now() - 295 });
  expect((await call(nativeUrl, { Authorization: header }, "{}")).code).toBe("PARAM_ERROR");
});

test("the signature covers method, URL with query, and body bytes", async () => {
  const body = '{"a":1}';
  const wrong = [
    authorization(nativeUrl, '{"a": 1}'),
    authorization(`${nativeUrl}?x=1`, body),
    authorization(nativeUrl, ""),
    authorization(nativeUrl, body, { signature: "WECHATPAY" }),
  ];
  for (const header of wrong) {
    const answer = await call(nativeUrl, { Authorization: header }, body);
    expect(answer).toMatchObject({ status: 401, code: "SIGN_ERROR", message: "签名错误" });
  }
});

test("serial and merchant must be known", async () => {
  const serial = authorization(nativeUrl, "{}", { serial: "0".repeat(40) });
  expect(await call(nativeUrl, { Authorization: serial }, "{}")).toMatchObject({
    status: 401,
    message: "商户证书序列号有误。请使用签名私钥匹配的证书序列号",
  });
  const mchid = authorization(nativeUrl, "{}", { mchid: "1900000001" });
  expect(await call(nativeUrl, { Authorization: mchid }, "{}")).toMatchObject({ status: 400, code: "MCH_NOT_EXISTS" });
});

test("certificates want Accept and User-Agent before anything else", async () => {
  for (const missing of ["Accept", "User-Agent"]) {
    const answer = await call(certificatesUrl, { [missing]: "" });
    expect(answer).toMatchObject({ status: 400, code: "INVALID_REQUEST", message: "Http头缺少Accept或User-Agent" });
  }
});

test("refused calls are in the log, with their order number", () => {
  expect(simulator.calls().map(({ outcome }) => outcome)).toContain("401 SIGN_ERROR");
});
