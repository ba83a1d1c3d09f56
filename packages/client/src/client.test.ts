import { inspect } from "node:util";
import { PayhubError as DomainError } from "@payhub/domain";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type FakePayhub, startFakePayhub } from "../test/fake-payhub.ts";
import { makePayment, newNumber } from "../test/make.ts";
import { createPayhubClient } from "./client.ts";
import { PayhubError } from "./error.ts";
import type { PayhubClientOptions } from "./options.ts";

let payhub: FakePayhub;
beforeEach(async () => {
  payhub = await startFakePayhub();
});
afterEach(() => payhub.close());

const clientOf = (options: Partial<PayhubClientOptions> = {}) =>
  createPayhubClient({ url: payhub.url, appId: payhub.appId, secret: payhub.secret, ...options });

const order = () =>
  ({ orderNo: "order-1", accountNo: newNumber("account"), scene: "qr", amount: 1288, subject: "茶" }) as const;

const failureOf = async (call: Promise<unknown>): Promise<PayhubError> => {
  const thrown: unknown = await call.then(
    () => new Error("it did not fail"),
    (error: unknown) => error,
  );
  if (!(thrown instanceof PayhubError)) throw thrown;
  return thrown;
};

/** A port that refuses `times` times and then answers with a payment. */
const refusing = (times: number, error: () => Error) => {
  let calls = 0;
  const made = { ...makePayment(), replayed: false };
  return async () => {
    if (++calls <= times) throw error();
    return made;
  };
};

describe("a call", () => {
  it("is signed, keyed and answered", async () => {
    payhub.payments.create = refusing(0, () => new Error());
    const payment = await clientOf().payments.create.mutate(order());
    expect(payment).toMatchObject({ orderNo: "order-1", amount: 1288, status: "created", replayed: false });
    expect(payment.action).toMatchObject({ type: "show_qr", codeUrl: "weixin://wxpay/bizpayurl?pr=1" });
    expect(payhub.requests[0]?.input.idempotencyKey).toMatch(/^[0-9a-f-]{36}$/);
  });

  it("keeps the caller's key", async () => {
    payhub.payments.create = refusing(0, () => new Error());
    await clientOf().payments.create.mutate({ ...order(), idempotencyKey: "order-1:create" });
    expect(payhub.requests[0]?.input.idempotencyKey).toBe("order-1:create");
  });

  it("signs a query with what a URL encodes differently", async () => {
    const made = { ...makePayment(), attempts: [], heldReceipts: [] };
    payhub.payments.get = async () => made;
    const detail = await clientOf().payments.get.query({ orderNo: "a|b*c@d.e:f" });
    expect(detail.paymentNo).toBe(made.payment.paymentNo);
  });

  it("is refused with a wrong secret, once", async () => {
    const error = await failureOf(clientOf({ secret: "sk_wrong" }).payments.create.mutate(order()));
    expect(error).toMatchObject({ code: "UNAUTHENTICATED", retryable: false });
    expect(error.traceId).not.toBe("");
    expect(payhub.requests).toHaveLength(1);
  });
});

describe("a call is repeated with the same key and a fresh nonce", () => {
  const dropped = (times: number) => {
    payhub.payments.create = refusing(0, () => new Error());
    payhub.fault = (_, response) => {
      if (payhub.requests.length > times) return false;
      response.destroy();
      return true;
    };
  };
  const status = (code: number, times: number) => {
    payhub.payments.create = refusing(0, () => new Error());
    payhub.fault = (_, response) => {
      if (payhub.requests.length > times) return false;
      response.writeHead(code, { "content-type": "text/html" }).end("<h1>no</h1>");
      return true;
    };
  };
  const hanging = (times: number) => {
    payhub.payments.create = refusing(0, () => new Error());
    payhub.fault = () => payhub.requests.length <= times;
  };
  const refused = (code: ConstructorParameters<typeof DomainError>[0], details?: Record<string, unknown>) => {
    payhub.payments.create = refusing(2, () => new DomainError(code, "later", details ? { details } : {}));
  };

  it.each([
    ["after a dropped connection", () => dropped(2)],
    ["after HTTP 502", () => status(502, 2)],
    ["after HTTP 503", () => status(503, 2)],
    ["after HTTP 504", () => status(504, 2)],
    ["after a timeout", () => hanging(2)],
    ["after CHANNEL_UNAVAILABLE", () => refused("CHANNEL_UNAVAILABLE")],
    ["after OUTCOME_UNKNOWN", () => refused("OUTCOME_UNKNOWN")],
    ["after INTERNAL", () => refused("INTERNAL")],
    ["after IN_PROGRESS", () => refused("IN_PROGRESS", { retryAfterMs: 10 })],
    ["after RATE_LIMITED", () => refused("RATE_LIMITED", { retryAfterMs: 10 })],
  ])("%s", async (_, arrange) => {
    arrange();
    await clientOf({ timeoutMs: 300 }).payments.create.mutate(order());
    expect(payhub.requests).toHaveLength(3);
    expect(new Set(payhub.requests.map(({ input }) => input.idempotencyKey)).size).toBe(1);
    expect(new Set(payhub.requests.map(({ nonce }) => nonce)).size).toBe(3);
  });
});

describe("a call is not repeated", () => {
  it.each([
    "INVALID_INPUT",
    "FORBIDDEN",
    "NOT_FOUND",
    "ORDER_CONFLICT",
    "IDEMPOTENCY_KEY_REUSED",
    "ALREADY_PAID",
    "CHANNEL_REJECTED",
  ] as const)("after %s", async (code) => {
    payhub.payments.create = refusing(9, () => new DomainError(code, "why and what to do", { details: { a: 1 } }));
    const error = await failureOf(clientOf().payments.create.mutate(order()));
    expect(error).toMatchObject({ code, message: "why and what to do", retryable: false, details: { a: 1 } });
    expect(payhub.requests).toHaveLength(1);
  });

  it.each([400, 404, 413, 500])("after a foreign HTTP %d", async (code) => {
    payhub.fault = (_, response) => {
      response.writeHead(code).end("what?");
      return true;
    };
    const error = await failureOf(clientOf().payments.create.mutate(order()));
    expect(error.message).toContain(`HTTP ${code}`);
    expect(error).toMatchObject({ code: code < 500 ? "INTERNAL" : "OUTCOME_UNKNOWN", details: { status: code } });
    expect(payhub.requests).toHaveLength(1);
  });

  it("more often than asked, and waits at least retryAfterMs", async () => {
    const details = { retryAfterMs: 120 };
    payhub.payments.create = refusing(9, () => new DomainError("IN_PROGRESS", "wait", { details }));
    const beganMs = performance.now();
    const error = await failureOf(clientOf({ retries: 2 }).payments.create.mutate(order()));
    expect(performance.now() - beganMs).toBeGreaterThanOrEqual(235);
    expect(error).toMatchObject({ code: "IN_PROGRESS", retryable: true, details });
    expect(payhub.requests).toHaveLength(3);
  });

  it("beyond the total time", async () => {
    const details = { retryAfterMs: 5_000 };
    payhub.payments.create = refusing(9, () => new DomainError("RATE_LIMITED", "wait", { details }));
    const error = await failureOf(clientOf({ totalMs: 1_000 }).payments.create.mutate(order()));
    expect(error.code).toBe("RATE_LIMITED");
    expect(payhub.requests).toHaveLength(1);
  });
});

describe("without an answer", () => {
  beforeEach(() => {
    payhub.fault = (_, response) => response.destroy() !== undefined;
  });

  it("a mutation's outcome is unknown and its key is told", async () => {
    const error = await failureOf(clientOf({ retries: 1 }).payments.create.mutate(order()));
    expect(error).toMatchObject({ code: "OUTCOME_UNKNOWN", retryable: true, traceId: "" });
    expect(error.details.idempotencyKey).toBe(payhub.requests[0]?.input.idempotencyKey);
    expect(error.message).toContain("idempotencyKey");
    expect(error.cause).toBeInstanceOf(Error);
  });

  it("a query failed", async () => {
    const error = await failureOf(clientOf({ retries: 1 }).payments.get.query({ orderNo: "order-1" }));
    expect(error).toMatchObject({ code: "INTERNAL", retryable: true });
    expect(payhub.requests).toHaveLength(2);
  });

  it("a timeout says so", async () => {
    payhub.fault = () => true;
    const call = clientOf({ timeoutMs: 50, retries: 0 }).payments.get.query({ orderNo: "order-1" });
    expect((await failureOf(call)).message).toContain("no answer in time");
  });
});

describe("a signal", () => {
  it("ends a call that waits for its answer", async () => {
    payhub.fault = () => true;
    const reason = new Error("enough");
    const giveUp = new AbortController();
    const call = clientOf().payments.create.mutate(order(), { signal: giveUp.signal });
    setTimeout(() => giveUp.abort(reason), 30);
    await expect(call).rejects.toBe(reason);
    expect(payhub.requests).toHaveLength(1);
  });

  it("ends a call that waits to be repeated, which is not repeated", async () => {
    payhub.payments.create = refusing(
      9,
      () => new DomainError("IN_PROGRESS", "wait", { details: { retryAfterMs: 700 } }),
    );
    const signal = AbortSignal.timeout(80);
    const beganMs = performance.now();
    await expect(clientOf().payments.create.mutate(order(), { signal })).rejects.toThrow("aborted due to timeout");
    expect(performance.now() - beganMs).toBeLessThan(500);
    await new Promise((resolve) => setTimeout(resolve, 800));
    expect(payhub.requests).toHaveLength(1);
  });
});

it("a code of a newer server survives as INTERNAL", async () => {
  payhub.fault = (_, response) => {
    const view = { code: "WALLET_FROZEN", message: "thaw it", retryable: false, details: { a: 1 }, traceId: "t1" };
    const error = { code: -32009, message: "thaw it", data: { code: "CONFLICT", httpStatus: 409, payhub: view } };
    response.writeHead(409, { "content-type": "application/json" }).end(JSON.stringify({ error }));
    return true;
  };
  const error = await failureOf(clientOf().payments.create.mutate(order()));
  expect(error).toMatchObject({ code: "INTERNAL", message: "thaw it", retryable: false, traceId: "t1" });
  expect(error.details).toEqual({ a: 1, serverCode: "WALLET_FROZEN" });
});

it("bad input names its field", async () => {
  const error = await failureOf(clientOf().payments.create.mutate({ ...order(), amount: 0.5 }));
  expect(error.code).toBe("INVALID_INPUT");
  expect(error.details.issues).toEqual([expect.objectContaining({ path: "amount" })]);
});

it("a redirect is not followed, so that no signature is carried elsewhere", async () => {
  payhub.fault = (_, response) => {
    response.writeHead(307, { location: `${payhub.url}/elsewhere` }).end();
    return true;
  };
  await failureOf(clientOf({ retries: 0 }).payments.create.mutate(order()));
  expect(payhub.requests).toHaveLength(1);
});

it("the secret is in nothing that the client shows", async () => {
  payhub.fault = (_, response) => response.destroy() !== undefined;
  const client = clientOf({ retries: 0 });
  const errors = [await failureOf(client.payments.create.mutate(order()))];
  payhub.fault = () => false;
  errors.push(await failureOf(client.payments.create.mutate(order())));
  for (const shown of [client, ...errors]) {
    expect(inspect(shown, { depth: Number.POSITIVE_INFINITY, showHidden: true })).not.toContain(payhub.secret);
    expect(JSON.stringify(shown)).not.toContain(payhub.secret);
  }
});

it.each([
  [{ url: "pay.example.com" }, "url"],
  [{ url: "ftp://pay.example.com" }, "url"],
  [{ appId: "" }, "appId"],
  [{ secret: "" }, "secret"],
  [{ retries: -1 }, "retries"],
  [{ timeoutMs: 0.5 }, "timeoutMs"],
])("refuses the options %j", (wrong, name) => {
  expect(() => clientOf(wrong)).toThrow(name);
});

it("a watch that polls shows the same as one that streams", async () => {
  payhub.payments.get = async () => ({ ...makePayment({ status: "closed" }), attempts: [], heldReceipts: [] });
  payhub.fault = ({ procedure }, response) => procedure === "payments.watch" && response.destroy() !== undefined;
  const payment = await new Promise((onData) => {
    clientOf().payments.watch.subscribe({ paymentNo: newNumber("payment") }, { onData });
  });
  expect(payment).toMatchObject({ status: "closed", orderNo: "order-1" });
  expect(payment).not.toHaveProperty("attempts");
  expect(payment).not.toHaveProperty("heldReceipts");
});
