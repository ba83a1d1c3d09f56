import { createPayhubClient, type PayhubClient, type Payment } from "@payhub/client";
import { addDays, businessDay, type Difference, issueNumber } from "@payhub/domain";
import { dayTotalOf, differenceOf } from "@payhub/domain/test/books";
import { checkInvariants, createApp } from "@payhub/services";
import { insertDifferences } from "@payhub/store";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { type ApiProcess, kill, startApiProcess } from "./support/api-process.ts";
import { dataOf, get, post, type Signer } from "./support/call.ts";
import { freePort } from "./support/free-port.ts";
import { codeUrlOf, type Platform, startPlatform } from "./support/platform.ts";

let platform: Platform;
let api: ApiProcess;
let client: PayhubClient;
let operators: Signer;
let curious: Signer;

beforeAll(async () => {
  platform = await startPlatform();
  const port = await freePort();
  const env = platform.env({ PAYHUB_PORT: String(port), PAYHUB_PUBLIC_URL: `http://127.0.0.1:${port}` });
  api = await startApiProcess(env);
  client = createPayhubClient({ url: api.url, ...platform.signer });
  const appOf = async (name: string, role: "business" | "console") => {
    const { app, secret } = await createApp(platform.ctx, { name, role });
    return { appId: app.appId, secret };
  };
  operators = await appOf("console", "console");
  curious = await appOf("curious", "business");
});
afterAll(async () => {
  await kill(api);
  await platform?.stop();
});

const until = { timeout: 15_000, interval: 50 };
const yesterday = () => addDays(businessDay(platform.ctx.clock.now()), -1);

/** Calls a mutation of the work list; answers with its data or its refusal's code. */
async function act(signer: Signer, name: string, input: object): Promise<Record<string, unknown> | string> {
  const answer = await post(api.url, signer, `reconciliation.${name}`, JSON.stringify(input));
  return answer.body.error?.data.payhub.code ?? dataOf(answer);
}

/** Calls a query of reconciliation likewise. */
async function ask(signer: Signer, name: string, input: object): Promise<Record<string, unknown> | string> {
  const answer = await get(api.url, signer, `reconciliation.${name}`, input);
  return answer.body.error?.data.payhub.code ?? dataOf(answer);
}

/** Stores a difference of the shop's, as a run does. */
async function found(changes: Partial<Difference> = {}): Promise<string> {
  const { ctx, accountNo, signer } = platform;
  const differenceNo = issueNumber("difference", ctx);
  const own = { differenceNo, fingerprint: differenceNo, accountNo, appId: signer.appId, businessDay: yesterday() };
  await ctx.store.transaction((tx) => insertDifferences(tx, [differenceOf({ ...own, ...changes })], []));
  return differenceNo;
}

async function paid(): Promise<Payment> {
  const order = { accountNo: platform.accountNo, scene: "qr", amount: 1288, subject: "一杯咖啡" } as const;
  const payment = await client.payments.create.mutate({ ...order, orderNo: "order-1" });
  platform.simulator.payer.pay(codeUrlOf(payment));
  return vi.waitUntil(async () => {
    const now = await client.payments.get.query({ paymentNo: payment.paymentNo });
    return now.status === "succeeded" && now;
  }, until);
}

/** Gives money back at the channel, past payhub. */
async function refundPastPayhub({ attemptNo, channelTradeNo }: Payment, refundNo: string): Promise<void> {
  const { connection } = await platform.ctx.connections.of(platform.accountNo);
  platform.simulator.faults.refund({ channel: "wechatpay", outcome: { kind: "succeeded", afterMs: 0 } });
  const order = {
    attemptNo: attemptNo ?? "",
    channelTradeNo: channelTradeNo ?? "",
    refundNo,
    amount: 300,
    total: 1288,
  };
  await connection.refund({ ...order, reason: "x", notifyUrl: "http://127.0.0.1:9/" });
  await vi.waitUntil(async () => {
    const answer = await connection.queryRefund({ attemptNo: order.attemptNo, refundNo });
    return answer.kind === "succeeded";
  }, until);
}

test("a refund made past payhub is proposed, approved by another, and told to its app", async () => {
  const payment = await paid();
  const { paymentNo, attemptNo, channelTradeNo } = payment;
  await refundPastPayhub(payment, "BY-HAND-1");
  const line = {
    lineNo: 2,
    kind: "refund",
    outTradeNo: attemptNo ?? "",
    channelTradeNo: channelTradeNo ?? "",
  } as const;
  const refund = { outRefundNo: "BY-HAND-1", channelRefundNo: "5", amount: 300, fee: 0, status: "succeeded" } as const;
  const differenceNo = await found({
    differenceClass: "missing_here",
    cause: "refund_past_payhub",
    proposedFix: "record_refund",
    paymentNo,
    billLine: { ...line, ...refund, occurredAt: platform.ctx.clock.now() },
    bookSide: null,
  });
  const listed = await ask(operators, "differences.list", { differenceClass: "missing_here", assignee: null });
  expect(listed).toMatchObject({ items: [{ differenceNo, ageDays: 1, delta: -88 }], nextCursor: null });

  const by = (actor: string, more: object = {}) => ({ differenceNo, actor, ...more });
  expect(await act(operators, "differences.assign", by("li.wei", { assignee: "wang" }))).toMatchObject({
    assignee: "wang",
  });
  expect(await act(operators, "differences.approve", by("li.wei"))).toBe("ORDER_CONFLICT");
  const fix = { fix: "record_refund" };
  expect(await act(operators, "differences.propose", by("li.wei", fix))).toMatchObject({ pendingBy: "li.wei" });
  expect(await act(operators, "differences.approve", by("li.wei"))).toBe("FORBIDDEN");
  expect(await act(platform.signer, "differences.approve", by("wang"))).toBe("FORBIDDEN");
  expect(await client.payments.get.query({ paymentNo })).toMatchObject({ refundedAmount: 0 });
  const repaired = { differenceState: "repaired", endedBy: "wang", endedAt: expect.stringMatching(/\+08:00$/) };
  expect(await act(operators, "differences.approve", by("wang"))).toMatchObject(repaired);
  expect(await act(operators, "differences.reopen", by("wang"))).toBe("ORDER_CONFLICT");

  expect(await ask(operators, "differences.get", { differenceNo })).toMatchObject({
    ...repaired,
    actions: [
      { actionKind: "assign" },
      { actionKind: "propose", actor: "li.wei" },
      { actionKind: "approve", actor: "wang" },
    ],
  });
  const own = await client.reconciliation.differences.get.query({ differenceNo });
  expect(own).toMatchObject({ differenceState: "repaired", assignee: null, endedBy: null, actions: [] });
  expect(await ask(curious, "differences.get", { differenceNo })).toBe("NOT_FOUND");
  expect(await client.refunds.get.query({ refundOrderNo: "BY-HAND-1" })).toMatchObject({
    status: "succeeded",
    amount: 300,
  });
  const events = await vi.waitUntil(async () => {
    const page = await client.events.list.query({ limit: 100 });
    return page.events.length > 1 && page.events;
  }, until);
  expect(events).toMatchObject([
    { type: "payment.succeeded" },
    { type: "refund.succeeded", paymentNo, data: { refundedAmount: 300, refund: { refundOrderNo: "BY-HAND-1" } } },
  ]);
  const channelTrades = platform.simulator.ledger();
  expect(await checkInvariants(platform.ctx.store.db, { channelTrades })).toEqual([]);
});

test("what is ended says why, and can be reopened", async () => {
  const by = { differenceNo: await found(), actor: "li.wei" };
  expect(await act(operators, "differences.resolve", by)).toBe("INVALID_INPUT");
  expect(await act(operators, "differences.resolve", { ...by, note: " " })).toBe("INVALID_INPUT");
  expect(await act(operators, "differences.accept", { ...by, actor: "payhub", note: "x" })).toBe("INVALID_INPUT");
  expect(await act(operators, "differences.note", { ...by, note: "已联系渠道" })).toMatchObject({
    differenceState: "open",
  });
  expect(await act(operators, "differences.resolve", { ...by, note: "by phone" })).toMatchObject({ endedBy: "li.wei" });
  expect(await act(operators, "differences.accept", { ...by, note: "x" })).toBe("ORDER_CONFLICT");
  expect(await act(operators, "differences.reopen", by)).toMatchObject({ differenceState: "open", endedBy: null });
  expect(await act(operators, "differences.accept", { ...by, note: "so be it" })).toMatchObject({
    differenceState: "accepted",
  });
});

describe("statements and files", () => {
  const day = "2026-01-31";

  test("show a console everything, and an app its own", async () => {
    const { accountNo, signer, ctx } = platform;
    for (const appId of [signer.appId, curious.appId, ""]) {
      await ctx.store.db
        .insertInto("day_total")
        .values(dayTotalOf({ accountNo, appId, businessDay: day }))
        .execute();
    }
    await found({ businessDay: day });
    await found({ businessDay: day, appId: null, differenceClass: "malformed_line" });
    const all = await ask(operators, "statement", { month: "2026-01", by: "app" });
    expect(all).toMatchObject({
      fromDay: "2026-01-01",
      toDay: day,
      total: { books: { paymentCount: 3, net: 3 * 1280 }, fee: 24, openCount: 2, explainedPercent: 60 },
      runs: { done: 0, waiting: 0 },
    });
    const own = await client.reconciliation.statement.query({ day, by: "app" });
    expect(own).toMatchObject({ total: { fee: 8, openCount: 1, explainedPercent: 50 }, runs: null });
    expect(own.rows.map(({ group }) => group)).toEqual([signer.appId]);
    expect(await ask(platform.signer, "statement", { day, appId: curious.appId })).toBe("FORBIDDEN");
    expect(await ask(platform.signer, "statement", {})).toBe("INVALID_INPUT");
    expect(await ask(platform.signer, "fundFlow", { day })).toBe("FORBIDDEN");
    expect(await ask(operators, "fundFlow", { day })).toMatchObject({
      days: [{ gross: 3 * 1288, fees: 24, net: 3840 }],
    });
  });

  test("come as CSV and XLSX", async () => {
    const wanted = { of: "differences", fromDay: day, toDay: day } as const;
    const csv = await client.reconciliation.export.query({ ...wanted, format: "csv" });
    expect(csv).toMatchObject({ fileName: `payhub-differences-${day}.csv` });
    const lines = Buffer.from(csv.base64, "base64").toString("utf8").trimEnd().split("\r\n");
    expect(lines).toHaveLength(2);
    expect(lines[0]).toMatch(/差错编号,账期/);
    const all = await ask(operators, "export", { ...wanted, format: "xlsx", language: "en" });
    if (typeof all === "string") throw new Error(all);
    expect(Buffer.from(String(all.base64), "base64").subarray(0, 2).toString()).toBe("PK");
  });
});

describe("runs", () => {
  test("are asked for by an operator, once for each day", async () => {
    const { accountNo } = platform;
    const wanted = { accountNo, businessDay: yesterday(), actor: "li.wei" };
    const asked = await act(operators, "runs.request", wanted);
    expect(asked).toMatchObject({ runState: "requested", requestedBy: "li.wei", stage: "download", linesRead: 0 });
    const again = await act(operators, "runs.request", { ...wanted, actor: "wang" });
    if (typeof asked === "string" || typeof again === "string") throw new Error("refused");
    expect(again).toMatchObject({ runNo: asked.runNo, requestedBy: "wang" });
    expect(await ask(operators, "runs.list", { accountNo })).toMatchObject({ items: [{ runNo: asked.runNo }] });
    expect(await ask(operators, "runs.get", { runNo: asked.runNo })).toMatchObject({
      runState: "requested",
      billFiles: [],
    });
  });

  test("of a day that is not over, or by an app, are refused", async () => {
    const { accountNo, signer } = platform;
    const wanted = { accountNo, businessDay: addDays(yesterday(), 1), actor: "li.wei" };
    expect(await act(operators, "runs.request", wanted)).toBe("INVALID_INPUT");
    expect(await act(operators, "runs.request", { ...wanted, businessDay: "2026-02-30" })).toBe("INVALID_INPUT");
    const unknown = issueNumber("account", platform.ctx);
    const past = { ...wanted, businessDay: yesterday() };
    expect(await act(operators, "runs.request", { ...past, accountNo: unknown })).toBe("NOT_FOUND");
    expect(await act(signer, "runs.request", past)).toBe("FORBIDDEN");
    expect(await ask(signer, "runs.list", {})).toBe("FORBIDDEN");
  });
});
