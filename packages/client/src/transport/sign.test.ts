import { createHash, createHmac } from "node:crypto";
import { expect, it } from "vitest";
import { signRequest } from "./sign.ts";

const signer = { appId: "APP1", secret: "sk_test", nowMs: 1_700_000_000_999 };

function macOf(text: string): string {
  return `v1=${createHmac("sha256", "sk_test").update(text).digest("base64")}`;
}

it("signs six lines: method, path, query, body hash, timestamp, nonce", () => {
  const url = new URL("http://pay.example.com/trpc/payments.get?input=%7B%22a%22%3A1%7D&b=");
  const headers = signRequest({ method: "get", url, body: "" }, signer);
  const empty = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
  expect(headers["payhub-timestamp"]).toBe("1700000000");
  expect(headers["payhub-signature"]).toBe(
    macOf(`GET\n/trpc/payments.get\ninput=%7B%22a%22%3A1%7D&b=\n${empty}\n1700000000\n${headers["payhub-nonce"]}\n`),
  );
});

it("hashes the UTF-8 bytes of the body and leaves an empty line without a query", () => {
  const url = new URL("http://pay.example.com/trpc/payments.create");
  const headers = signRequest({ method: "POST", url, body: '{"subject":"茶"}' }, signer);
  const hash = createHash("sha256").update(Buffer.from('{"subject":"茶"}', "utf8")).digest("hex");
  expect(headers["payhub-signature"]).toBe(
    macOf(`POST\n/trpc/payments.create\n\n${hash}\n1700000000\n${headers["payhub-nonce"]}\n`),
  );
});

it("never uses a nonce twice, and makes it of allowed characters", () => {
  const url = new URL("http://pay.example.com/trpc/payments.create");
  const nonces = Array.from({ length: 1000 }, () => signRequest({ method: "POST", url, body: "" }, signer));
  expect(new Set(nonces.map((headers) => headers["payhub-nonce"])).size).toBe(1000);
  for (const headers of nonces) expect(headers["payhub-nonce"]).toMatch(/^[A-Za-z0-9_-]{16,64}$/);
});
