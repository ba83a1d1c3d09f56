import { createPublicKey } from "node:crypto";
import { expect, test } from "vitest";
import { decrypt } from "../../test/wechatpay-bench.ts";
import { encryptResource, verifyRequest } from "./sign.ts";

/** Public half of the key in WeChat Pay's published example, https://pay.weixin.qq.com/doc/v3/merchant/4012365334 */
const publicKey = createPublicKey(`-----BEGIN PUBLIC KEY-----
MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEAptpm+qvIDCh/9wjU26SQ
CK26ogYkBhDrYxnAaw2JbbBsp1oDbHKk+1r381NeBUG2HEFAuU+Fr72u5ot3yKdz
oF/FajAzQNKnm569/D3upKoi8mYBaST15Uig8j8qoUW1U217LL0jEHlSnHV3lcaD
TXqDpTRR4Bfz9IqOgJgFZ8/oTfEomSrjrLYef81Eyxr7ZIMQXEKKEK7V4UXKS0+/
fDsiG/cXidhzt8UbTL9vqXqxM2+IDImyO+FAc/tkBG55LmzxPto1Nq0WbnZzRM/w
Tzrd0I/8NlevxtFbphg4evlHjFNI7+GrqR87ViEwuAJJ9Je5QQjct5YJfFRWiZ5C
MQIDAQAB
-----END PUBLIC KEY-----`);

const published = {
  method: "GET",
  url: "/v3/refund/domestic/refunds/123123123123",
  timestamp: "1554208460",
  nonce: "593BEC0C930BF1AFEB40B4A08C8FB242",
  body: Buffer.alloc(0),
};

const signature =
  "Lc9VXxmeonkdV8Xk9tmigQFLhl0vRWTerdmoRu01aAnYwIrD/5nsSwE1WlmZGLRlAFTNQ3QsMa0+VRDlJp1Wp5p0nO8EK68b5sJBbjouxaFciIfq1zfDWWz+jqhcMoKXI1A6dPm1AW7D4d30WsMTNzp6g23OXakIsh9LO3lUmwvTuE0BY8ncf6tNGk4wKmvXwERd/ZpoQY3MAVKz+Nakwc+2XBmzT66KcUehU5kr4IvGa/lEU5RZb/q00zP9VLdBhC/jQSX3X1UcJLCtEc4gTmib4tnmAT+bHF/e17ZAuxDNcx6rqT8gNEXqaJGG+1OflMSTU2tpyG65G4dMKdFcoA==";

test("the published request signature verifies, and nothing else does", () => {
  expect(verifyRequest(published, signature, publicKey)).toBe(true);
  expect(verifyRequest({ ...published, nonce: "x" }, signature, publicKey)).toBe(false);
  expect(verifyRequest({ ...published, timestamp: "1554208461" }, signature, publicKey)).toBe(false);
  expect(verifyRequest({ ...published, body: Buffer.from("\n") }, signature, publicKey)).toBe(false);
  expect(verifyRequest(published, `WECHATPAY/SIGNTEST/${signature}`, publicKey)).toBe(false);
});

test("a resource decrypts with the public client, and not with other associated data", () => {
  const apiV3Key = "a7cde1ZJB1kG2e7VfTs3jQzaWizur8Gb";
  const resource = encryptResource({ plaintext: "message 微信", associatedData: "transaction", apiV3Key });
  expect(decrypt(resource, apiV3Key)).toBe("message 微信");
  expect(() => decrypt({ ...resource, associated_data: "refund" }, apiV3Key)).toThrow();
});
