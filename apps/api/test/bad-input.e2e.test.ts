import { randomBytes } from "node:crypto";
import { createApp, rotateAppSecret } from "@payhub/services";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type ApiProcess, kill, startApiProcess } from "./support/api-process.ts";
import { type Answer, dataOf, get, post, signHeaders } from "./support/call.ts";
import { order, type Platform, startPlatform } from "./support/platform.ts";

let platform: Platform;
let api: ApiProcess;

beforeAll(async () => {
  platform = await startPlatform();
  api = await startApiProcess(platform.env());
});
afterAll(async () => {
  await kill(api);
  await platform?.stop();
});

const COUNTER = { scene: "barcode", authCode: "130000000000000001", storeNo: "1" };
const create = (body: string, options?: Parameters<typeof post>[4]) =>
  post(api.url, platform.signer, "payments.create", body, options);

function expectRefusal(answer: Answer, expected: { status: number; code: string; message: RegExp }): void {
  const { error } = answer.body;
  expect(answer.status).toBe(expected.status);
  expect(error?.data.payhub).toMatchObject({
    code: expected.code,
    message: expect.stringMatching(expected.message),
    traceId: answer.traceId,
  });
  expect(error?.message).toBe(error?.data.payhub.message);
}

async function rowCount(): Promise<number> {
  const { db } = platform.ctx.store;
  const rows = await db.selectFrom("payment").select("paymentNo").execute();
  return rows.length;
}

describe("a bad field is refused by its name, and nothing is stored", () => {
  test.each<[string, Record<string, unknown>, RegExp]>([
    ["amount 0", { amount: 0 }, /^amount: amount is at least 1 fen/],
    ["amount -1", { amount: -1 }, /^amount: amount is at least 1 fen/],
    ["amount 0.5", { amount: 0.5 }, /^amount: .*fractions are not money/],
    ["amount 2^53", { amount: 2 ** 53 }, /^amount: /],
    ["amount over the limit", { amount: 10_000_000_001 }, /^amount: amount is at most 10000000000 fen/],
    ["amount as text", { amount: "1288" }, /^amount: amount is an integer number of fen/],
    ["amount null", { amount: null }, /^amount: /],
    ["emoji", { subject: "一杯咖啡 ☕🙂" }, /^subject: .*emoji.*WeChat Pay/],
    ["a control character", { subject: "a\u0000b" }, /^subject: .*control character/],
    ["a line break", { subject: "a\nb" }, /^subject: .*control character/],
    ["an over-long subject", { subject: "长".repeat(128) }, /^subject: subject has at most 127 characters/],
    ["a blank subject", { subject: "   " }, /^subject: subject is blank/],
    ["a hostile order number", { orderNo: "o'; drop table payment; --" }, /^orderNo: orderNo has 1 to 64/],
    ["an over-long order number", { orderNo: "x".repeat(65) }, /^orderNo: /],
    ["an unknown scene", { scene: "telepathy" }, /^scene: scene is one of qr, barcode, jsapi/],
    ["no scene", { scene: undefined }, /^scene: scene is one of qr, barcode, jsapi/],
    ["jsapi without its payer", { scene: "jsapi" }, /^openid: openid is the payer's id/],
    ["a mini-program's payer of spaces", { scene: "miniprogram", openid: " ".repeat(28) }, /^openid: /],
    [
      "a bar code that is short",
      { scene: "barcode", authCode: "1300", storeNo: "1", expiresIn: undefined },
      /^authCode: /,
    ],
    ["a face without a store", { scene: "face", authCode: "f".repeat(32), expiresIn: undefined }, /^storeNo: /],
    ["h5 without the payer's address", { scene: "h5" }, /^clientIp: clientIp is the payer's/],
    ["a page to return to that is a script", { scene: "pc", returnUrl: "javascript:alert(1)" }, /^returnUrl: /],
    ["qr with another scene's field", { openid: "oUpF8uMuAJO_M2pxb1Q9zNjWeS6o" }, /^input: .*"openid"/],
    ["a bar code with a time to live", { ...COUNTER, expiresIn: 900 }, /^input: .*"expiresIn"/],
    ["a short key", { idempotencyKey: "1" }, /^idempotencyKey: /],
    ["no account", { accountNo: "A1" }, /^accountNo: not a account number|^accountNo: /],
    ["a second too short", { expiresIn: 59 }, /^expiresIn: expiresIn is at least 60 seconds/],
    ["a field that does not exist", { amuont: 1 }, /amuont/],
    ["a prototype", JSON.parse('{"__proto__":{"amount":1}}'), /__proto__/],
  ])("%s", async (_case, own, message) => {
    const before = await rowCount();
    expectRefusal(await create(order(platform, own)), { status: 400, code: "INVALID_INPUT", message });
    expect(await rowCount()).toBe(before);
  });

  test("JSON that is none, that says a key twice, or that is nested without end", async () => {
    const refused = { status: 400, code: "INVALID_INPUT" };
    expectRefusal(await create("{"), { ...refused, message: /not valid JSON/ });
    const twice = order(platform).replace(/}$/, ',"amount":1}');
    expectRefusal(await create(twice), { ...refused, message: /key "amount" twice/ });
    expectRefusal(await create("[".repeat(100_000)), { ...refused, message: /not valid JSON/ });
    const nested = "[".repeat(50_000) + "]".repeat(50_000);
    expectRefusal(await create(nested), { ...refused, message: /object/ });
  });

  test("a body of 10 MB", async () => {
    const body = JSON.stringify({ subject: "x".repeat(10_000_000) });
    expectRefusal(await create(body), { status: 413, code: "INVALID_INPUT", message: /larger than 256 KiB/ });
  });

  test("every bad field of a scene at once", async () => {
    const answer = await create(order(platform, { scene: "jsapi", amount: 0, subject: "" }));
    const issues = answer.body.error?.data.payhub.details?.issues as { path: string }[];
    expect(issues.map(({ path }) => path)).toEqual(expect.arrayContaining(["amount", "subject", "openid"]));
  });

  test("a scene that the account cannot do, by name", async () => {
    const answer = await create(order(platform, { scene: "pc", returnUrl: "https://shop.example.com/" }));
    expectRefusal(answer, { status: 422, code: "SCENE_NOT_SUPPORTED", message: /pc/ });
    const { details } = answer.body.error?.data.payhub ?? {};
    expect(details?.supported).toEqual(["qr", "jsapi", "miniprogram", "app", "h5", "barcode", "face"]);
  });

  test("a procedure that does not exist", async () => {
    const answer = await post(api.url, platform.signer, "payments.steal", "{}");
    expectRefusal(answer, { status: 404, code: "NOT_FOUND", message: /payments\.steal/ });
  });

  test("what is hostile and allowed goes through unchanged", async () => {
    const subject = `';--<script>alert(1)</script> %s \\ "${"长".repeat(20)}`;
    const orderNo = `A|b*@.:-_${randomBytes(8).toString("hex")}`;
    const created = dataOf(await create(order(platform, { subject, orderNo })));
    expect(created).toMatchObject({ subject, orderNo });
    expect(dataOf(await get(api.url, platform.signer, "payments.get", { orderNo }))).toMatchObject({ subject });
  });
});

describe("a call that is not the app's own is refused", () => {
  const unauthenticated = { status: 401, code: "UNAUTHENTICATED" };
  const mismatch = /app is not known or the signature does not match/;

  test.each(["payhub-app-id", "payhub-timestamp", "payhub-nonce", "payhub-signature"])("without %s", async (name) => {
    const answer = await create(order(platform), { headers: { [name]: undefined } });
    expectRefusal(answer, { ...unauthenticated, message: new RegExp(`header ${name} is missing`) });
  });

  test("with a wrong secret, another body, or as an app that does not exist: all read the same", async () => {
    const { signer } = platform;
    const wrong = await post(api.url, { ...signer, secret: "sk_wrong" }, "payments.create", order(platform));
    const changed = await create(order(platform), { sentBody: order(platform) });
    const unknown = await post(api.url, { ...signer, appId: "APP2" }, "payments.create", order(platform));
    for (const answer of [wrong, changed, unknown]) expectRefusal(answer, { ...unauthenticated, message: mismatch });
  });

  test("signed for another query", async () => {
    const signed = { method: "GET", path: "/trpc/payments.list", query: "input=%7B%7D", body: "" };
    const response = await fetch(`${api.url}/trpc/payments.list?input=%7B%22limit%22%3A1%7D`, {
      headers: signHeaders(platform.signer, signed),
    });
    expect(response.status).toBe(401);
  });

  test("with a nonce that was used, also by another process", async () => {
    const nonce = randomBytes(16).toString("base64url");
    expect((await create(order(platform), { nonce })).status).toBe(200);
    expectRefusal(await create(order(platform), { nonce }), { ...unauthenticated, message: /nonce was used before/ });
    const other = await startApiProcess(platform.env());
    try {
      const answer = await post(other.url, platform.signer, "payments.create", order(platform), { nonce });
      expectRefusal(answer, { ...unauthenticated, message: /nonce was used before/ });
    } finally {
      await kill(other);
    }
  });

  test.each([
    [-310, /31\d s behind the server's clock \(20.*Z\), and at most 300 s/],
    [310, /(309|310) s ahead of the server's clock/],
  ])("with a clock that is %d s off", async (bySeconds, message) => {
    const timestamp = Math.floor(Date.now() / 1_000) + bySeconds;
    expectRefusal(await create(order(platform), { timestamp }), { ...unauthenticated, message });
  });

  test("but not with a clock that is 290 s off", async () => {
    const timestamp = Math.floor(Date.now() / 1_000) - 290;
    expect((await create(order(platform), { timestamp })).status).toBe(200);
  });
});

describe("apps", () => {
  test("sign with either of two live secrets, and not with the one before", async () => {
    const { app, secret } = await createApp(platform.ctx, { name: "rotating" });
    const second = await rotateAppSecret(platform.ctx, app.appId);
    const list = (signed: string) => get(api.url, { appId: app.appId, secret: signed }, "payments.list", {});
    expect([(await list(secret)).status, (await list(second.secret)).status]).toEqual([200, 200]);
    const third = await rotateAppSecret(platform.ctx, app.appId);
    await expect.poll(async () => (await list(third.secret)).status, { timeout: 15_000 }).toBe(200);
    expect([(await list(second.secret)).status, (await list(secret)).status]).toEqual([200, 401]);
  });

  test("that are disabled are told so, and only when they signed well", async () => {
    const { app, secret } = await createApp(platform.ctx, { name: "disabled" });
    const { db } = platform.ctx.store;
    await db.updateTable("app").set({ status: "disabled" }).where("appId", "=", app.appId).execute();
    const signer = { appId: app.appId, secret };
    const told = await get(api.url, signer, "payments.list", {});
    expectRefusal(told, { status: 403, code: "FORBIDDEN", message: /is disabled/ });
    expect((await get(api.url, { ...signer, secret: "sk_wrong" }, "payments.list", {})).status).toBe(401);
  });

  test("are held to their rate over all calls", async () => {
    const { app, secret } = await createApp(platform.ctx, { name: "eager", callsPerSecond: 2 });
    const list = () => get(api.url, { appId: app.appId, secret }, "payments.list", {});
    const answers = await Promise.all(Array.from({ length: 10 }, list));
    const refused = answers.filter(({ status }) => status === 429);
    expect(refused.length).toBeGreaterThanOrEqual(4);
    for (const answer of refused) {
      expectRefusal(answer, { status: 429, code: "RATE_LIMITED", message: /2 calls a second/ });
      const { details, retryable } = answer.body.error?.data.payhub ?? {};
      expect(retryable).toBe(true);
      expect(details?.retryAfterMs).toBeGreaterThan(0);
      expect(details?.retryAfterMs).toBeLessThanOrEqual(1_000);
    }
  });

  test("see only their own orders", async () => {
    const { app, secret } = await createApp(platform.ctx, { name: "curious" });
    const { paymentNo } = dataOf<{ paymentNo: string }>(await create(order(platform)));
    const answer = await get(api.url, { appId: app.appId, secret }, "payments.get", { paymentNo });
    expectRefusal(answer, { status: 404, code: "NOT_FOUND", message: /./ });
    const signer = { appId: app.appId, secret };
    const taken = await post(api.url, signer, "payments.create", order(platform));
    expectRefusal(taken, { status: 403, code: "FORBIDDEN", message: /may not use account/ });
  });
});

test("forged, probing and over-long callbacks store nothing and are answered as the channel expects", async () => {
  const url = `${api.url}/callbacks/wechatpay/${platform.accountNo}`;
  const forged = await fetch(url, {
    method: "POST",
    headers: {
      "content-type": "application/json",
      "wechatpay-timestamp": String(Math.floor(Date.now() / 1_000)),
      "wechatpay-nonce": "x",
      "wechatpay-serial": "7777777777777777777777777777777777777777",
      "wechatpay-signature": Buffer.alloc(256, 1).toString("base64"),
    },
    body: "{}",
  });
  expect(forged.status).toBeGreaterThanOrEqual(400);
  expect(await forged.json()).toMatchObject({ code: "FAIL" });
  const large = await fetch(url, { method: "POST", body: "x".repeat(64 * 1024 + 1) });
  expect([large.status, await large.json()]).toEqual([413, expect.objectContaining({ code: "FAIL" })]);
  const nobody = await fetch(`${api.url}/callbacks/wechatpay/A20261121080000000ABCDEFGHJKMN`, { method: "POST" });
  expect(nobody.status).toBe(404);
  const rows = await platform.ctx.store.db.selectFrom("inbox").select("id").execute();
  expect(rows).toEqual([]);
});

// Last, when the process has written what all the others made it write.
test("nothing that the process wrote holds a secret", () => {
  const written = api.output();
  expect(written.includes('"code":"UNAUTHENTICATED"')).toBe(true);
  const lines = platform.secrets.flatMap((secret) => secret.split("\n"));
  const pieces = lines.filter((line) => line.length > 5 && !line.startsWith("-----"));
  expect(pieces.filter((piece) => written.includes(piece))).toEqual([]);
  expect(written.match(/v1=[A-Za-z0-9+/]{43}=/)).toBeNull();
});
