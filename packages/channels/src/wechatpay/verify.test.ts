import { beforeAll, describe, expect, test } from "vitest";
import { Formatter, Rsa } from "wechatpay-axios-plugin";
import { rsaKeys } from "../../test/wechatpay-peer.ts";
import { whyNotGenuine } from "./verify.ts";

const NOW = 1_790_000_000_000;
const BODY = '{"a":1}';
let keys: Awaited<ReturnType<typeof rsaKeys>>;
beforeAll(async () => {
  keys = await rsaKeys();
});

function headersOf(offsetMs = 0): Record<string, string> {
  const timestamp = String((NOW + offsetMs) / 1000);
  return {
    "wechatpay-timestamp": timestamp,
    "wechatpay-nonce": "nonce",
    "wechatpay-serial": "SERIAL",
    "wechatpay-signature": Rsa.sign(Formatter.response(timestamp, "nonce", BODY), keys.privateKey),
  };
}

function verdict(headers: Record<string, string | string[] | undefined>, body = BODY) {
  const keyOf = (serial: string) => (serial === "SERIAL" ? keys.publicKey : undefined);
  return whyNotGenuine({ headers, body: Buffer.from(body) }, { now: NOW, keyOf });
}

describe("a signed message", () => {
  test("is genuine within five minutes either way, with or without a type", async () => {
    for (const offsetMs of [0, -300_000, 300_000]) expect(await verdict(headersOf(offsetMs))).toBeUndefined();
    const typed = { ...headersOf(), "wechatpay-signature-type": "WECHATPAY2-SHA256-RSA2048" };
    expect(await verdict(typed)).toBeUndefined();
  });

  test("is too old or too new after them", async () => {
    for (const offsetMs of [-301_000, 301_000]) expect(await verdict(headersOf(offsetMs))).toBe("timestamp");
  });

  test.each(["wechatpay-timestamp", "wechatpay-nonce", "wechatpay-serial", "wechatpay-signature"])(
    "needs %s",
    async (name) => {
      expect(await verdict({ ...headersOf(), [name]: undefined })).toBe("malformed");
      expect(await verdict({ ...headersOf(), [name]: "" })).toBe("malformed");
      expect(await verdict({ ...headersOf(), [name]: ["a", "b"] })).toBe("malformed");
      expect(await verdict({ ...headersOf(), [name]: "1".repeat(2000) })).toBe("malformed");
    },
  );

  test.each(["", " ", "1e9", "-1", "0x10", "1790000000.5", "NaN", "9".repeat(13)])(
    "has no timestamp in %j",
    async (text) => {
      expect(["timestamp", "malformed"]).toContain(await verdict({ ...headersOf(), "wechatpay-timestamp": text }));
    },
  );

  test.each([
    ["algorithm", { "wechatpay-signature-type": "WECHATPAY2-SM2-WITH-SM3" }],
    ["algorithm", { "wechatpay-signature-type": "none" }],
    ["probe", { "wechatpay-signature": `WECHATPAY/SIGNTEST/${"A".repeat(325)}` }],
    ["unknown_key", { "wechatpay-serial": "OTHER" }],
    ["signature", { "wechatpay-signature": "AAAA" }],
    ["signature", { "wechatpay-nonce": "another" }],
  ])("is rejected for its %s: %j", async (reason, changes) => {
    expect(await verdict({ ...headersOf(), ...changes })).toBe(reason);
  });

  test("is rejected when a byte of the body changed", async () => {
    expect(await verdict(headersOf(), '{"a":2}')).toBe("signature");
    expect(await verdict(headersOf(), '{"a": 1}')).toBe("signature");
  });
});
