import { createHmac, randomUUID } from "node:crypto";
import { access } from "node:fs/promises";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { buffer } from "node:stream/consumers";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { ChannelConnection } from "../../src/channel.ts";
import { paperpay } from "./plugin.ts";

const KEY = "5a".repeat(32);
const ORDER = { ok: true, shopNo: "104729", orderNo: "T1", amount: 100 };
const REFUND = { ok: true, orderNo: "T1", refundNo: "R1", amount: 40 };
const NOW = Date.UTC(2026, 10, 21);

const signed = (...lines: string[]) =>
  createHmac("sha256", Buffer.from(KEY, "hex")).update(lines.join("\n")).digest("hex");

/** A genuine Paper Pay that says whatever a test wants. */
const server = createServer(async (request, response) => {
  await buffer(request);
  if (request.method === "GET") {
    response.writeHead(200, { "content-length": 100 }).write("half", () => response.destroy());
    return;
  }
  const text = JSON.stringify(answer.body);
  const signature = signed(String(request.headers["paperpay-signature"]), text);
  response.writeHead(answer.status, { "paperpay-signature": signature }).end(text);
});
let answer: { status: number; body: unknown };
let connection: ChannelConnection;

beforeAll(async () => {
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("the server has no port");
  const endpoint = `http://127.0.0.1:${address.port}/`;
  const random = { bytes: (size: number) => new Uint8Array(size), fraction: () => 0 };
  connection = paperpay.connect([paperpay.readCredentials({ shopNo: ORDER.shopNo, key: KEY, endpoint })], {
    clock: { now: () => NOW },
    random,
    deadlineMs: 1000,
  });
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
});

test.each([
  { what: "the order itself", status: 200, body: { ...ORDER, state: "waiting" }, kind: "unpaid" },
  { what: "another order", status: 200, body: { ...ORDER, state: "waiting", orderNo: "T2" }, kind: "unknown" },
  { what: "paid without a number", status: 200, body: { ...ORDER, state: "paid" }, kind: "unknown" },
  { what: "a state of no order", status: 200, body: { ...ORDER, state: "frozen" }, kind: "unknown" },
  { what: "the order under HTTP 500", status: 500, body: { ...ORDER, state: "waiting" }, kind: "unknown" },
  {
    what: "an endless order",
    status: 200,
    body: { ...ORDER, state: "waiting", x: "x".repeat(70_000) },
    kind: "unknown",
  },
])("signed: $what is $kind", async ({ status, body, kind }) => {
  answer = { status, body };
  expect(await connection.query({ attemptNo: "T1" })).toMatchObject({ kind });
});

test.each([
  { what: "the refund itself", body: { ...REFUND, state: "processing" }, kind: "processing" },
  { what: "another refund", body: { ...REFUND, state: "processing", refundNo: "R2" }, kind: "unknown" },
  { what: "done without a time", body: { ...REFUND, state: "done" }, kind: "processing" },
])("signed: $what is $kind", async ({ body, kind }) => {
  answer = { status: 200, body };
  expect(await connection.queryRefund({ attemptNo: "T1", refundNo: "R1" })).toMatchObject({ kind });
});

test.each([
  { what: "in time", ageMs: 300_000, words: { kind: "other" }, outcome: { kind: "ignored", about: "other" } },
  { what: "too old", ageMs: 301_000, words: { kind: "other" }, outcome: { kind: "rejected", reason: "timestamp" } },
  { what: "from ahead", ageMs: -301_000, words: { kind: "other" }, outcome: { kind: "rejected", reason: "timestamp" } },
  {
    what: "too long",
    ageMs: 0,
    words: { kind: "other", x: "x".repeat(70_000) },
    outcome: { kind: "rejected", reason: "malformed" },
  },
])("a signed callback that is $what", async ({ ageMs, words, outcome }) => {
  const text = JSON.stringify({ id: "3f1c7a52-6b1e-4c53-9a0e-5d1f3b7c9e21", ...words });
  const time = String((NOW - ageMs) / 1000);
  const headers = { "paperpay-time": time, "paperpay-signature": signed(time, text) };
  expect(await connection.readNotification({ headers, body: Buffer.from(text) })).toMatchObject(outcome);
});

test("a bill that did not come whole is unknown, and leaves nothing", async () => {
  answer = { status: 200, body: { ok: true, file: "trade-2026-11-20", sha256: "0".repeat(64) } };
  const path = join(tmpdir(), randomUUID());
  const bill = { billKind: "trade", businessDay: "2026-11-20", path } as const;
  expect(await connection.fetchBill(bill)).toMatchObject({ kind: "unknown" });
  await expect(access(path)).rejects.toMatchObject({ code: "ENOENT" });
});
