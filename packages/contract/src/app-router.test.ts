import { PayhubError } from "@payhub/domain";
import type { TRPCError } from "@trpc/server";
import { describe, expect, it } from "vitest";
import { attemptOf, eventOf, heldReceiptOf, NOW, paymentOf, refundOf } from "../test/books.ts";
import { CALLER, CONSOLE, contextOf, unsignedContext } from "../test/context.ts";
import { appRouter } from "./app-router.ts";
import { viewError } from "./errors.ts";
import type { Context } from "./ports.ts";

const order = {
  idempotencyKey: "key-00000001",
  orderNo: "order-1",
  accountNo: "A20261121080000000000000000001",
  scene: "qr",
  amount: 1288,
  subject: "coffee",
} as const;
const EVENT_ID = eventOf().eventId;
const books = { payment: paymentOf(), attempt: attemptOf() };
const callerOf = (ctx: Context) => appRouter.createCaller(ctx);
type AppCaller = ReturnType<typeof callerOf>;

async function refusalOf(call: Promise<unknown>) {
  const error: TRPCError = await call.then(
    () => expect.fail("it was not refused"),
    (thrown) => thrown,
  );
  return viewError(error, "trace-1");
}

/** A port that answers, and writes down what it was asked. */
function recorder<Answer>(answer: Answer) {
  const asked: unknown[][] = [];
  const port = async (...args: unknown[]) => {
    asked.push(args);
    return answer;
  };
  return { asked, port };
}

// Each procedure as a call with whatever input, good or bad.
const PROCEDURES: [string, (caller: AppCaller, input: never) => Promise<unknown>][] = [
  ["payments.create", (caller, input) => caller.payments.create(input)],
  ["payments.get", (caller, input) => caller.payments.get(input)],
  ["payments.close", (caller, input) => caller.payments.close(input)],
  ["payments.list", (caller, input) => caller.payments.list(input)],
  ["payments.watch", (caller, input) => caller.payments.watch(input)],
  ["refunds.create", (caller, input) => caller.refunds.create(input)],
  ["refunds.get", (caller, input) => caller.refunds.get(input)],
  ["refunds.list", (caller, input) => caller.refunds.list(input)],
  ["events.pull", (caller, input) => caller.events.pull(input)],
  ["events.ack", (caller, input) => caller.events.ack(input)],
  ["events.list", (caller, input) => caller.events.list(input)],
  ["reconciliation.statement", (caller, input) => caller.reconciliation.statement(input)],
  ["reconciliation.fundFlow", (caller, input) => caller.reconciliation.fundFlow(input)],
  ["reconciliation.export", (caller, input) => caller.reconciliation.export(input)],
  ["reconciliation.differences.list", (caller, input) => caller.reconciliation.differences.list(input)],
  ["reconciliation.differences.get", (caller, input) => caller.reconciliation.differences.get(input)],
  ["reconciliation.differences.assign", (caller, input) => caller.reconciliation.differences.assign(input)],
  ["reconciliation.differences.note", (caller, input) => caller.reconciliation.differences.note(input)],
  ["reconciliation.differences.resolve", (caller, input) => caller.reconciliation.differences.resolve(input)],
  ["reconciliation.differences.accept", (caller, input) => caller.reconciliation.differences.accept(input)],
  ["reconciliation.differences.reopen", (caller, input) => caller.reconciliation.differences.reopen(input)],
  ["reconciliation.differences.propose", (caller, input) => caller.reconciliation.differences.propose(input)],
  ["reconciliation.differences.approve", (caller, input) => caller.reconciliation.differences.approve(input)],
  ["reconciliation.differences.reject", (caller, input) => caller.reconciliation.differences.reject(input)],
  ["reconciliation.runs.list", (caller, input) => caller.reconciliation.runs.list(input)],
  ["reconciliation.runs.get", (caller, input) => caller.reconciliation.runs.get(input)],
  ["reconciliation.runs.request", (caller, input) => caller.reconciliation.runs.request(input)],
];
const consoleContext = () => contextOf({ authenticate: async () => CONSOLE });

// What an app may call of reconciliation; the rest is the console's.
const FOR_APPS = [
  "reconciliation.statement",
  "reconciliation.export",
  "reconciliation.differences.list",
  "reconciliation.differences.get",
];
const FOR_CONSOLE = PROCEDURES.filter(([name]) => name.startsWith("reconciliation.") && !FOR_APPS.includes(name));

describe("who calls is asked before what is asked", () => {
  it("of every procedure that there is", () => {
    expect(PROCEDURES.map(([name]) => name)).toEqual(Object.keys(appRouter._def.procedures));
  });

  it.each(PROCEDURES)("%s: bad input without a signature is UNAUTHENTICATED", async (_name, call) => {
    const bad = { amount: -1, eventIds: 7 } as never;
    expect(await refusalOf(call(callerOf(unsignedContext()), bad))).toMatchObject({
      code: "UNAUTHENTICATED",
      message: "the signature does not match",
    });
    expect(await refusalOf(call(callerOf(consoleContext()), bad))).toMatchObject({ code: "INVALID_INPUT" });
  });

  it.each(FOR_CONSOLE)("%s is FORBIDDEN to a business app, whatever it asks", async (_name, call) => {
    expect(await refusalOf(call(callerOf(contextOf()), {} as never))).toMatchObject({ code: "FORBIDDEN" });
  });

  it.each(["FORBIDDEN", "RATE_LIMITED"] as const)("%s of the signature check keeps its code", async (code) => {
    const authenticate = async () => {
      throw new PayhubError(code, "no");
    };
    expect(await refusalOf(callerOf(contextOf({ authenticate })).payments.create(order))).toMatchObject({ code });
  });
});

describe("payments", () => {
  it("create passes the parsed order for the caller and presents what was made", async () => {
    const { asked, port } = recorder({ ...books, replayed: true });
    const created = await callerOf(contextOf({ payments: { create: port } })).payments.create(order);
    expect(asked).toEqual([[CALLER, { ...order, expiresIn: 900 }]]);
    expect(created).toMatchObject({ paymentNo: books.payment.paymentNo, status: "created", replayed: true });
    expect(created.action).toMatchObject({ type: "show_qr", expiresAt: "2026-11-21T08:15:00.000+08:00" });
  });

  it("get shows the attempts and what is held", async () => {
    const { asked, port } = recorder({ ...books, attempts: [books.attempt], heldReceipts: [heldReceiptOf()] });
    const found = await callerOf(contextOf({ payments: { get: port } })).payments.get({ orderNo: "order-1" });
    expect(asked).toEqual([[CALLER, { orderNo: "order-1" }]]);
    expect(found.attempts).toMatchObject([{ attemptNo: books.attempt.attemptNo, state: "awaiting_payer" }]);
    expect(found.heldReceipts).toMatchObject([{ reason: "duplicate", status: "held" }]);
  });

  it("close says that it is closing while the channel has not confirmed", async () => {
    const closing = { ...books, payment: paymentOf({ closeRequestedAt: NOW }), replayed: false };
    const { asked, port } = recorder(closing);
    const ref = { idempotencyKey: "key-00000002", orderNo: "order-1" };
    const closed = await callerOf(contextOf({ payments: { close: port } })).payments.close(ref);
    expect(asked).toEqual([[CALLER, ref]]);
    expect(closed).toMatchObject({ status: "created", closing: true, replayed: false });
  });

  it("list presents a page and where to go on", async () => {
    const { asked, port } = recorder({ items: [books], nextCursor: "17" });
    const page = await callerOf(contextOf({ payments: { list: port } })).payments.list({ status: "created" });
    expect(asked).toEqual([[CALLER, { status: "created", limit: 50 }]]);
    expect(page).toMatchObject({ items: [{ orderNo: "order-1" }], nextCursor: "17" });
  });

  it("watch presents each state and ends", async () => {
    const paid = { ...books, payment: paymentOf({ status: "succeeded", paidAt: NOW }) };
    const watch = async function* () {
      yield books;
      yield paid;
    };
    const states = await callerOf(contextOf({ payments: { watch } })).payments.watch({
      paymentNo: books.payment.paymentNo,
    });
    const seen: string[] = [];
    for await (const state of states) seen.push(state.status);
    expect(seen).toEqual(["created", "succeeded"]);
  });
});

describe("refunds", () => {
  const { paymentNo } = books.payment;

  it("create passes the parsed order for the caller and presents what was made", async () => {
    const { asked, port } = recorder({ refund: refundOf({ unknown: true }), replayed: true });
    const wanted = { idempotencyKey: "key-00000003", refundOrderNo: "return-1", paymentNo, amount: 300 };
    const created = await callerOf(contextOf({ refunds: { create: port } })).refunds.create(wanted);
    expect(asked).toEqual([[CALLER, { ...wanted, reason: "退款" }]]);
    expect(created).toMatchObject({ refundOrderNo: "return-1", status: "created", unknown: true, replayed: true });
  });

  it("get presents one", async () => {
    const { asked, port } = recorder(refundOf({ status: "succeeded", succeededAt: NOW }));
    const found = await callerOf(contextOf({ refunds: { get: port } })).refunds.get({ refundOrderNo: "return-1" });
    expect(asked).toEqual([[CALLER, { refundOrderNo: "return-1" }]]);
    expect(found).toMatchObject({ status: "succeeded", succeededAt: "2026-11-21T08:00:00.000+08:00" });
  });

  it("list presents a page and where to go on", async () => {
    const { asked, port } = recorder({ items: [refundOf()], nextCursor: "17" });
    const page = await callerOf(contextOf({ refunds: { list: port } })).refunds.list({ paymentNo });
    expect(asked).toEqual([[CALLER, { paymentNo, limit: 50 }]]);
    expect(page).toMatchObject({ items: [{ refundOrderNo: "return-1" }], nextCursor: "17" });
  });
});

describe("events", () => {
  it("pull presents the batch and its lease, and hands on the abort of the request", async () => {
    const { asked, port } = recorder({ events: [eventOf()], leasedUntil: NOW });
    const batch = await callerOf(contextOf({ events: { pull: port } })).events.pull({ waitMs: 5 });
    expect(asked).toEqual([[CALLER, { limit: 20, waitMs: 5, leaseMs: 30_000 }, expect.any(AbortSignal)]]);
    expect(batch).toMatchObject({
      events: [{ eventId: EVENT_ID, occurredAt: "2026-11-21T08:01:00.000+08:00" }],
      leasedUntil: "2026-11-21T08:00:00.000+08:00",
    });
  });

  it("pull of nothing leases nothing", async () => {
    const { port } = recorder({ events: [], leasedUntil: null });
    const batch = await callerOf(contextOf({ events: { pull: port } })).events.pull({});
    expect(batch).toEqual({ events: [], leasedUntil: null });
  });

  it("ack and list speak for the caller", async () => {
    const ack = recorder({ acknowledged: 1 });
    const list = recorder({ events: [eventOf()], nextAfter: 42 });
    const caller = callerOf(contextOf({ events: { ack: ack.port, list: list.port } }));
    expect(await caller.events.ack({ eventIds: [EVENT_ID] })).toEqual({ acknowledged: 1 });
    expect(ack.asked).toEqual([[CALLER, { eventIds: [EVENT_ID] }]]);
    expect(await caller.events.list({})).toMatchObject({ events: [{ position: 42 }], nextAfter: 42 });
    expect(list.asked).toEqual([[CALLER, { after: 0, limit: 100 }]]);
  });
});

describe("what a port throws", () => {
  const createThrowing = (thrown: unknown) => {
    const create = async () => {
      throw thrown;
    };
    return callerOf(contextOf({ payments: { create } })).payments.create(order);
  };

  it("is told in its own words when it is a refusal", async () => {
    const refusal = new PayhubError("ORDER_CONFLICT", "order-1 has another amount", {
      details: { fields: ["amount"] },
    });
    await expect(createThrowing(refusal)).rejects.toMatchObject({ code: "CONFLICT" });
    expect(await refusalOf(createThrowing(refusal))).toMatchObject({
      code: "ORDER_CONFLICT",
      message: "order-1 has another amount",
      details: { fields: ["amount"] },
    });
  });

  it("is INTERNAL and silent when it is a fault", async () => {
    const view = await refusalOf(createThrowing(new Error("Duplicate entry 'x' for key 'payment.order_no'")));
    expect(view.code).toBe("INTERNAL");
    expect(JSON.stringify(view)).not.toContain("Duplicate");
  });

  it("is INTERNAL when an answer breaks its schema", async () => {
    const { port } = recorder({ ...books, payment: { ...books.payment, amount: "1288" as never }, replayed: false });
    const view = await refusalOf(callerOf(contextOf({ payments: { create: port } })).payments.create(order));
    expect(view).toEqual({
      code: "INTERNAL",
      message: "payhub failed to handle this call; it was reported under the trace id",
      retryable: true,
      traceId: "trace-1",
    });
  });
});
