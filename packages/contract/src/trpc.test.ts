import { PayhubError } from "@payhub/domain";
import { fetchRequestHandler } from "@trpc/server/adapters/fetch";
import { describe, expect, it } from "vitest";
import { contextOf, unsignedContext } from "../test/context.ts";
import { appRouter } from "./app-router.ts";
import type { Context } from "./ports.ts";

const PAYMENT_NO = "P20261121080000000ABCDEFGHJKMN";

function answer(ctx: Context, path: string, init: RequestInit = {}): Promise<Response> {
  const req = new Request(`http://payhub.test/trpc/${path}`, init);
  return fetchRequestHandler({ endpoint: "/trpc", req, router: appRouter, createContext: () => ctx });
}

const getPayment = (ctx: Context) => answer(ctx, `payments.get?input=${encodeURIComponent('{"orderNo":"order-1"}')}`);
const throwing = (thrown: unknown) => async () => {
  throw thrown;
};

describe("an error on the wire", () => {
  it("is a refusal with its code, its status and the trace id, and nothing else", async () => {
    const get = throwing(new PayhubError("NOT_FOUND", "no such payment", { cause: new Error("hunter2") }));
    const response = await getPayment(contextOf({ payments: { get } }));
    expect(response.status).toBe(404);
    expect(await response.json()).toEqual({
      error: {
        code: -32004,
        message: "no such payment",
        data: {
          code: "NOT_FOUND",
          httpStatus: 404,
          path: "payments.get",
          payhub: { code: "NOT_FOUND", message: "no such payment", retryable: false, traceId: "trace-1" },
        },
      },
    });
  });

  it("leaks neither message nor stack of a fault", async () => {
    const get = throwing(new Error("connect mysql://payhub:hunter2@10.0.0.7"));
    const response = await getPayment(contextOf({ payments: { get } }));
    expect(response.status).toBe(500);
    const text = await response.text();
    expect(text).toContain('"code":"INTERNAL"');
    expect(text).not.toMatch(/hunter2|mysql|stack|\.ts/);
  });

  it.each<[string, string, RequestInit, number, string]>([
    ["a path that does not exist", "payments.steal", {}, 404, "NOT_FOUND"],
    ["a path that every object has", "constructor", {}, 404, "NOT_FOUND"],
    ["a mutation by GET", "payments.create", {}, 405, "INVALID_INPUT"],
    ["a body that is no JSON", "events.ack", jsonPost("{"), 400, "INVALID_INPUT"],
    ["a body of another type", "events.ack", { method: "POST", body: "x" }, 415, "INVALID_INPUT"],
    ["an input that is no JSON", "payments.get?input=%7B", {}, 400, "INVALID_INPUT"],
    ["a bad field", "events.ack", jsonPost('{"eventIds":[]}'), 400, "INVALID_INPUT"],
  ])("%s: HTTP status and code", async (_what, path, init, status, code) => {
    const response = await answer(contextOf(), path, init);
    expect(await response.json()).toMatchObject({ error: { data: { httpStatus: status, payhub: { code } } } });
    expect(response.status).toBe(status);
  });

  it("is 401 before the body is looked at", async () => {
    const response = await answer(unsignedContext(), "events.ack", jsonPost('{"eventIds":[]}'));
    expect(response.status).toBe(401);
  });

  // A link takes 5xx for a passing outage and opens the stream again for ever.
  it("ends a stream with the refusal's own code, so that nobody waits for what never comes", async () => {
    const watch = () => ({
      [Symbol.asyncIterator]: () => ({ next: throwing(new PayhubError("NOT_FOUND", "no such")) }),
    });
    const input = encodeURIComponent(JSON.stringify({ paymentNo: PAYMENT_NO }));
    const response = await answer(contextOf({ payments: { watch } }), `payments.watch?input=${input}`, {
      headers: { accept: "text/event-stream" },
    });
    const text = await response.text();
    const error = text.split("\n").find((line) => line.includes('"NOT_FOUND"')) ?? "";
    expect(JSON.parse(error.slice("data: ".length))).toMatchObject({
      code: -32004,
      data: { code: "NOT_FOUND", httpStatus: 404, payhub: { code: "NOT_FOUND", message: "no such" } },
    });
  });
});

function jsonPost(body: string): RequestInit {
  return { method: "POST", body, headers: { "content-type": "application/json" } };
}
