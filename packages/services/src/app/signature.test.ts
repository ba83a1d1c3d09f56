import { createSecretKey, randomBytes } from "node:crypto";
import { describe, expect, test } from "vitest";
import { isSignedBy, readSignature, type SignedRequest } from "./signature.ts";

// Made with `printf '…' | openssl dgst -sha256 -hmac "$secret" -binary | base64`.
const secret = "no secret, a test's";
const post: SignedRequest = {
  method: "POST",
  path: "/trpc/payments.create",
  query: "",
  body: Buffer.from('{"orderNo":"o-1","subject":"苹果"}', "utf8"),
  headers: {
    "payhub-app-id": "APP1",
    "payhub-timestamp": "1795219200",
    "payhub-nonce": "nonce-0123456789abcdef",
    "payhub-signature": "v1=Reovlg7tbHSDwEI/ej1smlgJXY1o249JAfOOEcQybTo=",
  },
};
const get: SignedRequest = {
  ...post,
  method: "GET",
  path: "/trpc/payments.get",
  query: "input=%7B%22orderNo%22%3A%22o-1%22%7D",
  body: new Uint8Array(),
  headers: { ...post.headers, "payhub-signature": "v1=Qvepr0Np84YSRfy46XmNf/j0ufrFhn3KpAkBTHyHieQ=" },
};
const key = (text: string) => createSecretKey(Buffer.from(text, "utf8"));
const verify = (request: SignedRequest, secrets = [secret]) =>
  isSignedBy(secrets.map(key), request, readSignature(request.headers));

describe("a signature", () => {
  test("of a POST and of a GET is verified", () => {
    expect([verify(post), verify(get)]).toEqual([true, true]);
    expect(verify({ ...post, method: "post" })).toBe(true);
  });

  test("is verified by either of two live secrets", () => {
    expect(verify(post, ["newer", secret])).toBe(true);
    expect(verify(post, [secret, "older"])).toBe(true);
    expect(verify(post, ["newer", "older"])).toBe(false);
    expect(verify(post, [])).toBe(false);
  });

  test.each<[string, Partial<SignedRequest>]>([
    ["method", { method: "GET" }],
    ["path", { path: "/trpc/payments.close" }],
    ["query", { query: "input=1" }],
    ["body", { body: Buffer.from('{"orderNo":"o-2","subject":"苹果"}', "utf8") }],
    ["timestamp", { headers: { ...post.headers, "payhub-timestamp": "1795219201" } }],
    ["nonce", { headers: { ...post.headers, "payhub-nonce": "nonce-0123456789abcdeg" } }],
    ["signature", { headers: { ...post.headers, "payhub-signature": `v1=${randomBytes(32).toString("base64")}` } }],
  ])("does not hold with another %s", (_part, change) => {
    expect(verify({ ...post, ...change })).toBe(false);
  });
});

describe("readSignature", () => {
  test.each([
    ["payhub-app-id", undefined, /payhub-app-id is missing/],
    ["payhub-app-id", "APP 1", /payhub-app-id is malformed/],
    ["payhub-timestamp", undefined, /payhub-timestamp is missing/],
    ["payhub-timestamp", "2026-11-21T08:00:00Z", /payhub-timestamp is malformed; it holds the time in unix seconds/],
    ["payhub-timestamp", "1795219200.5", /payhub-timestamp is malformed/],
    ["payhub-timestamp", "-1795219200", /payhub-timestamp is malformed/],
    ["payhub-nonce", undefined, /payhub-nonce is missing/],
    ["payhub-nonce", "short", /payhub-nonce is malformed; it holds 16 to 64/],
    ["payhub-nonce", "x".repeat(65), /payhub-nonce is malformed/],
    ["payhub-signature", undefined, /payhub-signature is missing/],
    ["payhub-signature", "Reovlg7tbHSDwEI/ej1smlgJXY1o249JAfOOEcQybTo=", /payhub-signature is malformed; it holds v1=/],
    ["payhub-signature", "v2=Reovlg7tbHSDwEI/ej1smlgJXY1o249JAfOOEcQybTo=", /payhub-signature is malformed/],
    ["payhub-signature", `v1=${randomBytes(31).toString("base64")}`, /payhub-signature is malformed/],
    ["payhub-nonce", ["nonce-0123456789abcdef", "nonce-0123456789abcdef"], /payhub-nonce is malformed/],
  ])("refuses %s %j", (name, value, message) => {
    const read = () => readSignature({ ...post.headers, [name]: value });
    expect(read).toThrow(message);
    expect(read).toThrow(expect.objectContaining({ code: "UNAUTHENTICATED" }));
  });
});
