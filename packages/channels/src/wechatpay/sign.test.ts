import { createPublicKey, verify } from "node:crypto";
import { expect, test } from "vitest";
import { Aes, Formatter, Rsa } from "wechatpay-axios-plugin";
import { DOCUMENTED_KEY, pem, rsaKeys } from "../../test/wechatpay-peer.ts";
import { authorize, isSignedBy, openResource, signedText, signText } from "./sign.ts";

const TIMESTAMP = "1554208460";
const NONCE = "593BEC0C930BF1AFEB40B4A08C8FB242";

test("the documented signature of a GET request covers our text, whose body line is empty", () => {
  const signature =
    "Lc9VXxmeonkdV8Xk9tmigQFLhl0vRWTerdmoRu01aAnYwIrD/5nsSwE1WlmZGLRlAFTNQ3QsMa0+VRDlJp1Wp5p0nO8EK68b5sJBbjouxaFciIfq1zfDWWz+jqhcMoKXI1A6dPm1AW7D4d30WsMTNzp6g23OXakIsh9LO3lUmwvTuE0BY8ncf6tNGk4wKmvXwERd/ZpoQY3MAVKz+Nakwc+2XBmzT66KcUehU5kr4IvGa/lEU5RZb/q00zP9VLdBhC/jQSX3X1UcJLCtEc4gTmib4tnmAT+bHF/e17ZAuxDNcx6rqT8gNEXqaJGG+1OflMSTU2tpyG65G4dMKdFcoA==";
  const covers = (text: string) =>
    verify("RSA-SHA256", Buffer.from(text), DOCUMENTED_KEY, Buffer.from(signature, "base64"));
  const text = signedText("GET", "/v3/refund/domestic/refunds/123123123123", TIMESTAMP, NONCE, "");
  expect(covers(text)).toBe(true);
  expect(covers(text.slice(0, -1))).toBe(false);
});

test("an Authorization header is what an independent SDK would send and accept", async () => {
  const { privateKey, publicKey } = await rsaKeys();
  const request = {
    method: "POST",
    path: "/v3/pay/transactions/native?a=%7C",
    body: '{"description":"咖啡"}',
    timestamp: TIMESTAMP,
    nonce: NONCE,
    mchid: "1900007291",
    merchantSerialNo: "408B07E79B8269FEC3D5D3E6AB8ED163A6A380DB",
  } as const;
  const text = Formatter.request(request.method, request.path, TIMESTAMP, NONCE, request.body);
  const signature = Rsa.sign(text, privateKey);
  expect(await authorize(request, privateKey)).toBe(
    `WECHATPAY2-SHA256-RSA2048 mchid="1900007291",nonce_str="${NONCE}",signature="${signature}",timestamp="${TIMESTAMP}",serial_no="${request.merchantSerialNo}"`,
  );
  expect(Rsa.verify(text, await signText(text, privateKey), pem(publicKey))).toBe(true);
});

/** The callback of wechatpay-go's `core/notify/notify_test.go`. */
const CALLBACK = {
  key: createPublicKey(`-----BEGIN PUBLIC KEY-----
MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEA2VCTd91fnUn73Xy9DLvt
/V62TVxRTEEstVdeRaZ3B3leO0pldE806mXO4RwdHXagHQ4vGeZN0yqm++rDsGK+
U3AH7kejyD2pXshNP9Cq5YwbptiLGtjcquw4HNxJQUOmDeJf2vg6byms9RUipiq4
SzbJKqJFlUpbuIPDpSpWz10PYmyCNeDGUUK65E5h2B834uxl1zNLYQCrkdBzb8oU
xwYeP5a2DNxmjL5lsJML7DGr5znsevnoqGRwTm9fxCGfy8wus7hwKz6clt3Whmmd
a7UAdb1c08hEQFVRbF14AR73xbnd8N0obCWJPCbzMCtkaSef4FdEEgEXJiw0VAJT
8wIDAQAB
-----END PUBLIC KEY-----`),
  timestamp: "1624523846",
  nonce: "EcZ9Cmy4Xyx1i6RlJQzLcCyEqDa26NBz",
  signature:
    "tJHIiIS9eB2hAYstmAmbbD3ZE5LiIm/Ug5tuL4fC0YOFRWIHV39UFIZXC0e9Wl6lBu6sKvkqDkzpqzBsVHyXFlbYZTOQrVdG4b6LfTnK4mikv9++ixJMd3vTf2yCqvBkh98zs3Ds5zsYQakzbcwhmw4fMJs4nPLws28H0UW9FjDR//rxELLwXvV1VEA1IBLX70xptjL8hrfUjEE8kkry6yNJTHZRU8CAc7qHli2Ng1V1qb9ARbK8A3ThmFmPQvRGrapI/jS2laKKgYUmfdEdkNO6B2Cke5e8VTxY406ArAmQ90GAihDwIcb16TQMnzCMBoutnwZKNiKRACrFmtxw2Q==",
  body: Buffer.from(
    '{"id":"3119dfba-e649-5eec-ab1e-3412bc4d2e17","create_time":"2021-06-24T16:37:26+08:00","resource_type":"encrypt-resource","event_type":"PAYSCORE.USER_OPEN_SERVICE","summary":"签约成功","resource":{"original_type":"payscore","algorithm":"AEAD_AES_256_GCM","ciphertext":"YDS3lKPaC4Y52Gf3uhft5qUBlIa8b428AWTtTauHQfQrRw+X1WpiuHIDy0vo1Vd6VEq67aVyqPdDYMkRVSDaZL3iZttevRMOoPKMifozg6XPWjIZumks/GpT48lI4NizyeaqLBokNebthah3o1H76qSlO9NkDjp9bzmKLEYYH9TEklFUpsvPqOTOcgSLgh21YJXYR7dEBXFgRLiNIKRgO5JdXh1hccRUAlyVWxE54PXpnQ==","associated_data":"payscore","nonce":"Kj7QIyUiYx1q"}}',
  ),
};

test("the published callback verifies over its raw bytes and over no others", () => {
  const { key, body, ...rest } = CALLBACK;
  expect(isSignedBy(key, { ...rest, body })).toBe(true);
  expect(isSignedBy(key, { ...rest, body: Buffer.from(JSON.stringify(JSON.parse(body.toString()), null, 1)) })).toBe(
    false,
  );
  expect(isSignedBy(key, { ...rest, body: Buffer.concat([body, Buffer.from("\n")]) })).toBe(false);
  expect(isSignedBy(key, { ...rest, body, timestamp: "1624523847" })).toBe(false);
  expect(isSignedBy(key, { ...rest, body, signature: `WECHATPAY/SIGNTEST/${rest.signature.slice(19)}` })).toBe(false);
  expect(isSignedBy(DOCUMENTED_KEY, { ...rest, body })).toBe(false);
});

const SEALS = [
  {
    key: "a7cde1ZJB1kG2e7VfTs3jQzaWizur8Gb",
    nonce: "uluk4a9R25RW",
    aad: "associatedData",
    ciphertext: "ulwSiIajGClcvcOYvOQ7+l+0PAbzzwI=",
    plain: "message",
  },
  {
    key: "0123456789abcdef0123456789abcdef",
    nonce: "0123456789abcdef",
    aad: "world",
    ciphertext: "APoZlYpivU3HjbAiB4CvW1rAFr8J",
    plain: "hello",
  },
  {
    key: "0123456789abcdef0123456789abcdef",
    nonce: "0123456789abcdef",
    aad: undefined,
    ciphertext: "GvpmmdtYwexXIPhySs9Tlg==",
    plain: "",
  },
];

test.each(SEALS)("a published seal opens: $plain", ({ key, nonce, aad, ciphertext, plain }) => {
  const sealed = { ciphertext, nonce, associated_data: aad };
  expect(openResource(sealed, Buffer.from(key))?.toString()).toBe(plain);
});

test("a seal that was touched does not open", () => {
  const key = "a7cde1ZJB1kG2e7VfTs3jQzaWizur8Gb";
  const sealed = {
    ciphertext: Aes.AesGcm.encrypt("12.50", key, "uluk4a9R25RW", "aad"),
    nonce: "uluk4a9R25RW",
    associated_data: "aad",
  };
  const bytes = Buffer.from(sealed.ciphertext, "base64");
  expect(openResource(sealed, Buffer.from(key))?.toString()).toBe("12.50");
  for (let index = 0; index < bytes.length; index += 1) {
    const touched = Buffer.from(bytes);
    touched[index] = (touched[index] ?? 0) ^ 1;
    expect(openResource({ ...sealed, ciphertext: touched.toString("base64") }, Buffer.from(key))).toBeUndefined();
  }
  expect(
    openResource({ ...sealed, ciphertext: bytes.subarray(0, -1).toString("base64") }, Buffer.from(key)),
  ).toBeUndefined();
  expect(openResource({ ...sealed, associated_data: "ada" }, Buffer.from(key))).toBeUndefined();
  expect(openResource({ ...sealed, ciphertext: "" }, Buffer.from(key))).toBeUndefined();
  expect(openResource({ ...sealed, nonce: "" }, Buffer.from(key))).toBeUndefined();
});
