import { createPublicKey } from "node:crypto";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import type { ServerResponse } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { Formatter, Rsa } from "wechatpay-axios-plugin";
import { TRADE_BILL, TRADE_SHA1 } from "../../test/wechatpay-bill.ts";
import { connectTo, type Peer, startPeer } from "../../test/wechatpay-peer.ts";
import type { BillRequest } from "../channel.ts";
import { fetchBill } from "./bill-fetch.ts";
import { BILL_LIMITS, type BillLimits } from "./bill-limits.ts";
import { readCredentials } from "./credentials.ts";
import type { Line } from "./line.ts";
import { openLine } from "./open-line.ts";

const TOKEN = "/v3/billdownload/file?token=A%2Fb-_1&tartype=gzip";
const PACKED = gzipSync(TRADE_BILL);

let peer: Peer;
let line: Line;
let directory = "";
let files = 0;
let path = "";
beforeAll(async () => {
  peer = await startPeer();
  line = openLine([readCredentials(peer.credentials)], {
    clock: { now: () => Date.now() },
    random: { bytes: (size) => crypto.getRandomValues(new Uint8Array(size)), fraction: () => 0.5 },
    deadlineMs: 1000,
  });
  directory = await mkdtemp(join(tmpdir(), "payhub-bill-"));
});
afterAll(async () => {
  await peer.stop();
  await rm(directory, { recursive: true });
});
beforeEach(() => {
  peer.requests.splice(0);
  files += 1;
  path = join(directory, String(files));
  issue();
  peer.download(sends(PACKED));
});

/** The channel says where the bill is. */
function issue(changes: object = {}): void {
  const download_url = `${peer.credentials.endpoint}${TOKEN}`;
  peer.answer(200, { hash_type: "SHA1", hash_value: TRADE_SHA1, download_url, ...changes });
}

const sends = (bytes: Buffer) => (response: ServerResponse) =>
  void response.writeHead(200, { "content-type": "application/x-gzip", "content-length": bytes.length }).end(bytes);
const fails = (status: number, body: unknown) => (response: ServerResponse) =>
  void response.writeHead(status, { location: "/" }).end(JSON.stringify(body));
const request = (changes: Partial<BillRequest> = {}): BillRequest => ({
  billKind: "trade",
  businessDay: "2026-01-15",
  path,
  ...changes,
});
const fetch = (limits: Partial<BillLimits> = {}) => fetchBill(line, request(), { ...BILL_LIMITS, ...limits });
const kept = () => readFile(path).catch(() => undefined);
const paths = () => peer.requests.map((one) => one.path);
const unknown = { kind: "unknown", reason: expect.any(String) };

describe("asking", () => {
  test("names the day and the kind; the file is what came, byte for byte", async () => {
    expect(await fetch()).toEqual({ kind: "fetched" });
    expect(paths()).toEqual(["/v3/bill/tradebill?bill_date=2026-01-15&bill_type=ALL&tar_type=GZIP", TOKEN]);
    expect(await kept()).toEqual(PACKED);
  });

  test("the fund flow is that of the basic account", async () => {
    const connection = connectTo([peer.credentials]);
    expect(await connection.fetchBill(request({ billKind: "fund_flow" }))).toEqual({ kind: "fetched" });
    expect(paths()[0]).toBe("/v3/bill/fundflowbill?bill_date=2026-01-15&account_type=BASIC&tar_type=GZIP");
    expect(connection.billKinds).toEqual(["trade", "fund_flow"]);
  });

  test("a service provider gets its sub-merchant's trades, and never takes its own fund flow for the sub-merchant's", async () => {
    const provider = connectTo([{ ...peer.credentials, subMchid: "1900000201" }]);
    expect(await provider.fetchBill(request())).toEqual({ kind: "fetched" });
    expect(paths()[0]).toBe("/v3/bill/tradebill?bill_date=2026-01-15&bill_type=ALL&tar_type=GZIP&sub_mchid=1900000201");
    peer.requests.splice(0);
    const refused = { kind: "declined", because: "refused", code: "NOT_OFFERED" };
    expect(await provider.fetchBill(request({ billKind: "fund_flow" }))).toMatchObject(refused);
    expect(paths()).toEqual([]);
    expect(provider.billKinds).toEqual(["trade"]);
  });

  test("the download is signed over its path and query as they were given", async () => {
    await fetch();
    const [, download] = peer.requests;
    const authorization = String(download?.headers.authorization);
    const [, nonce = "", signature = "", timestamp = ""] =
      /nonce_str="(\w+)",signature="([^"]+)",timestamp="(\d+)"/.exec(authorization) ?? [];
    const publicKey = createPublicKey(String(peer.credentials.merchantPrivateKey));
    expect(Rsa.verify(Formatter.request("GET", TOKEN, timestamp, nonce), signature, publicKey)).toBe(true);
  });

  test.each([
    [400, "NO_STATEMENT_EXIST", { kind: "none" }],
    [400, "STATEMENT_CREATING", { kind: "not_ready" }],
    [400, "PARAM_ERROR", { kind: "declined", because: "refused", code: "PARAM_ERROR", message: "账单" }],
    [403, "NO_AUTH", { kind: "declined", because: "refused", code: "NO_AUTH", message: "账单" }],
    [429, "FREQUENCY_LIMITED", unknown],
    [500, "SYSTEM_ERROR", unknown],
  ])("answered HTTP %i %s", async (status, code, outcome) => {
    peer.answer(status, { code, message: "账单" });
    expect(await fetch()).toMatchObject(outcome);
    expect(paths()).toHaveLength(1);
    expect(await kept()).toBeUndefined();
  });

  test("goes to the account's own endpoint where the channel names its first host", async () => {
    issue({ download_url: `https://api.mch.weixin.qq.com${TOKEN}` });
    expect(await fetch()).toEqual({ kind: "fetched" });
    expect(paths()[1]).toBe(TOKEN);
  });

  test.each([
    { hash_type: "SHA256" },
    { hash_value: "79fd" },
    { download_url: "" },
    { download_url: "file:///etc/passwd" },
    { download_url: `http://127.0.0.1:1${TOKEN}` },
    { download_url: `http://localhost${TOKEN}` },
    { download_url: `http://api.mch.weixin.qq.com${TOKEN}` },
    { download_url: `https://api.mch.weixin.qq.com.example.com${TOKEN}` },
    { download_url: TOKEN },
  ])("%j is nowhere to send a signed request", async (changes) => {
    issue(changes);
    expect(await fetch()).toEqual(unknown);
    expect(paths()).toHaveLength(1);
  });

  test.each([
    "/v3/certificates",
    "/v3/billdownload/../certificates",
    "/v3/billdownload/%2e%2e/certificates",
    "/v3/billdownloads",
  ])("%s is no download", async (other) => {
    issue({ download_url: `${peer.credentials.endpoint}${other}` });
    expect(await fetch()).toEqual(unknown);
    expect(paths()).toHaveLength(1);
  });
});

describe("downloading", () => {
  test.each([
    ["plain", TRADE_BILL],
    ["packed in two parts", Buffer.concat([gzipSync(TRADE_BILL.subarray(0, 700)), gzipSync(TRADE_BILL.subarray(700))])],
  ])("a bill that is %s", async (_, bytes) => {
    peer.download(sends(bytes));
    expect(await fetch()).toEqual({ kind: "fetched" });
    expect(await kept()).toEqual(bytes);
  });

  test("a bill whose first byte comes alone", async () => {
    peer.download((response) => {
      response.writeHead(200).write(PACKED.subarray(0, 1));
      setTimeout(() => response.end(PACKED.subarray(1)), 50);
    });
    expect(await fetch()).toEqual({ kind: "fetched" });
    expect(await kept()).toEqual(PACKED);
  });

  test.each([
    ["another hash", gzipSync(TRADE_BILL.subarray(0, -1)), {}, "another hash"],
    ["nothing", Buffer.alloc(0), {}, "another hash"],
    ["one byte", Buffer.of(0x1f), {}, "another hash"],
    ["half an archive", PACKED.subarray(0, -100), {}, "archive is broken"],
    ["a broken archive", Buffer.concat([PACKED.subarray(0, 20), Buffer.alloc(4000, 7)]), {}, "archive is broken"],
    ["a bomb", gzipSync(Buffer.alloc(20_000_000)), {}, "many times its size"],
    ["large contents", PACKED, { plainBytes: 1000 }, "too large"],
    ["large contents, plain", TRADE_BILL, { plainBytes: 1000 }, "too large"],
  ])("%s is refused, and kept as it came", async (_, bytes, limits, reason) => {
    peer.download(sends(bytes));
    expect(await fetch(limits)).toEqual({ kind: "refused", reason: expect.stringContaining(reason) });
    expect(await kept()).toEqual(bytes);
  });

  test("what is larger than a bill can be is not read to its end", async () => {
    peer.download((response) => {
      response.writeHead(200);
      const more = () => void (response.destroyed || response.write(Buffer.alloc(64 * 1024, 7), more));
      more();
    });
    expect(await fetch({ downloadBytes: 300_000, ratio: 1e9 })).toMatchObject({ kind: "refused" });
    expect((await kept())?.length).toBeLessThanOrEqual(300_000);
  });

  test.each<[string, (response: ServerResponse) => void, Partial<BillLimits>]>([
    ["a cut", (response) => cut(response, { "content-length": PACKED.length }), {}],
    ["a cut without a length", (response) => ended(response), {}],
    ["silence", () => undefined, { idleMs: 200 }],
    [
      "silence in the middle",
      (response) => void response.writeHead(200).write(PACKED.subarray(0, 100)),
      { idleMs: 200 },
    ],
    ["a drip", (response) => drip(response), { deadlineMs: 300 }],
    ["a redirect", fails(302, {}), {}],
    ["HTTP 429", fails(429, { code: "FREQUENCY_LIMITED" }), {}],
    ["HTTP 429 by another name", fails(429, { code: "NO_AUTH" }), {}],
    ["HTTP 500", fails(500, { code: "SYSTEM_ERROR" }), {}],
    ["HTTP 400 SYSTEM_ERROR", fails(400, { code: "SYSTEM_ERROR" }), {}],
    ["HTTP 403 without a code", fails(403, "no"), {}],
    ["HTTP 204", (response) => void response.writeHead(204).end(), {}],
    ["an endless error", fails(400, { code: "NO_AUTH", message: "x".repeat(100_000) }), {}],
  ])("%s leaves open what the bill is, and nothing on disk", async (_, reply, limits) => {
    peer.download(reply);
    const startedAt = performance.now();
    expect(await fetch(limits)).toEqual(unknown);
    expect(performance.now() - startedAt).toBeLessThan(3000);
    expect(paths()).toHaveLength(2);
    expect(await kept()).toBeUndefined();
  });

  test("another merchant's token is declined, and told to nobody", async () => {
    peer.download(fails(403, { code: "NO_AUTH", message: `无权限: ${TOKEN}` }));
    const message = "the download answered HTTP 403";
    expect(await fetch()).toEqual({ kind: "declined", because: "refused", code: "NO_AUTH", message });
  });

  test("a token that died on the way is asked for once more, and no more", async () => {
    const expired = fails(400, { code: "INVALID_REQUEST", message: "下载链接过期" });
    let downloads = 0;
    peer.download((response) => {
      downloads += 1;
      (downloads === 1 ? expired : sends(PACKED))(response);
    });
    expect(await fetch()).toEqual({ kind: "fetched" });
    expect(paths()).toHaveLength(4);
    peer.requests.splice(0);
    peer.download(expired);
    path = `${path}-again`;
    expect(await fetch()).toEqual(unknown);
    expect(paths()).toHaveLength(4);
  });

  test("a file that is there is not written over", async () => {
    await writeFile(path, "mine");
    await expect(fetch()).rejects.toMatchObject({ code: "EEXIST" });
    expect(String(await kept())).toBe("mine");
  });

  test("a bill that nobody takes holds no connection", async () => {
    await writeFile(path, "mine");
    let isHeld = true;
    peer.download((response) => {
      response.on("close", () => {
        isHeld = false;
      });
      response.writeHead(200).write(PACKED);
    });
    await expect(fetch()).rejects.toMatchObject({ code: "EEXIST" });
    await expect.poll(() => isHeld, { timeout: 15_000 }).toBe(false);
  });
});

function cut(response: ServerResponse, headers: Record<string, number>): void {
  response.writeHead(200, headers);
  response.write(PACKED.subarray(0, -100), () => response.destroy());
}

/** As a server of old ends an answer whose length it did not say, here too early. */
function ended(response: ServerResponse): void {
  response.socket?.write("HTTP/1.1 200 OK\r\nconnection: close\r\n\r\n");
  response.socket?.end(PACKED.subarray(0, -100));
}

function drip(response: ServerResponse): void {
  response.writeHead(200);
  const timer = setInterval(() => response.write("x"), 20);
  response.on("close", () => clearInterval(timer));
}
