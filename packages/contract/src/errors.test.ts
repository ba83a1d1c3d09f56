import { ERROR_CODES, PayhubError, type PayhubErrorCode } from "@payhub/domain";
import { TRPCError } from "@trpc/server";
import { getHTTPStatusCodeFromError } from "@trpc/server/http";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import { TRPC_CODES, toTrpcError, viewError } from "./errors.ts";

const TABLE: [PayhubErrorCode, TRPCError["code"], number][] = [
  ["INVALID_INPUT", "BAD_REQUEST", 400],
  ["UNAUTHENTICATED", "UNAUTHORIZED", 401],
  ["FORBIDDEN", "FORBIDDEN", 403],
  ["NOT_FOUND", "NOT_FOUND", 404],
  ["ORDER_CONFLICT", "CONFLICT", 409],
  ["IDEMPOTENCY_KEY_REUSED", "CONFLICT", 409],
  ["IN_PROGRESS", "CONFLICT", 409],
  ["SCENE_NOT_SUPPORTED", "UNPROCESSABLE_CONTENT", 422],
  ["ALREADY_PAID", "CONFLICT", 409],
  ["ALREADY_CLOSED", "CONFLICT", 409],
  ["REFUND_EXCEEDS_PAID", "UNPROCESSABLE_CONTENT", 422],
  ["REFUND_WINDOW_PASSED", "UNPROCESSABLE_CONTENT", 422],
  ["CHANNEL_REJECTED", "UNPROCESSABLE_CONTENT", 422],
  ["CHANNEL_UNAVAILABLE", "SERVICE_UNAVAILABLE", 503],
  ["OUTCOME_UNKNOWN", "GATEWAY_TIMEOUT", 504],
  ["RATE_LIMITED", "TOO_MANY_REQUESTS", 429],
  ["INTERNAL", "INTERNAL_SERVER_ERROR", 500],
];

describe("the error table", () => {
  it("has every code", () => {
    expect(TABLE.map(([code]) => code)).toEqual(Object.keys(ERROR_CODES));
    expect(Object.keys(TRPC_CODES)).toEqual(Object.keys(ERROR_CODES));
  });

  it.each(TABLE)("%s is %s, HTTP %d, and keeps its words", (code, trpcCode, status) => {
    const error = toTrpcError(new PayhubError(code, "what to do", { details: { retryAfterMs: 5 } }));
    expect(error.code).toBe(trpcCode);
    expect(getHTTPStatusCodeFromError(error)).toBe(status);
    expect(viewError(error, "trace-1")).toEqual({
      code,
      message: "what to do",
      retryable: ERROR_CODES[code].retryable,
      details: { retryAfterMs: 5 },
      traceId: "trace-1",
    });
  });

  it("gives a refusal that the transport wrapped its own status back", () => {
    const cause = new PayhubError("NOT_FOUND", "no such payment");
    const error = toTrpcError(new TRPCError({ code: "INTERNAL_SERVER_ERROR", cause }));
    expect(error.code).toBe("NOT_FOUND");
    expect(toTrpcError(error)).toMatchObject({ code: "NOT_FOUND", cause });
  });

  it("has no details when the refusal has none", () => {
    expect(viewError(toTrpcError(new PayhubError("NOT_FOUND", "no")), "t")).not.toHaveProperty("details");
  });
});

describe("a fault of ours", () => {
  const SECRET = "mysql://payhub:hunter2@10.0.0.7/payhub";
  const sqlError = Object.assign(new Error(`connect ${SECRET}`), { code: "ER_ACCESS_DENIED", details: { SECRET } });

  it.each<[string, unknown]>([
    ["an error", sqlError],
    ["a wrapped error", new TRPCError({ code: "INTERNAL_SERVER_ERROR", message: SECRET, cause: sqlError })],
    ["an error caused by another", new Error("query failed", { cause: sqlError })],
    ["our output that breaks its schema", new TRPCError({ code: "INTERNAL_SERVER_ERROR", cause: badInput(SECRET) })],
    ["a schema that broke inside", badInput(SECRET)],
    ["a transport's word for something else", new TRPCError({ code: "BAD_GATEWAY", message: SECRET })],
    ["a text", SECRET],
    ["an object", { message: SECRET, code: "INVALID_INPUT" }],
    ["nothing", undefined],
  ])("says nothing of %s", (_what, thrown) => {
    const view = viewError(toTrpcError(thrown), "trace-1");
    expect(view).toEqual({
      code: "INTERNAL",
      message: "payhub failed to handle this call; it was reported under the trace id",
      retryable: true,
      traceId: "trace-1",
    });
  });

  it("keeps its cause for the log", () => {
    expect(toTrpcError(sqlError).cause).toBe(sqlError);
  });
});

describe("bad input", () => {
  const refuse = (cause: unknown) => viewError(toTrpcError(new TRPCError({ code: "BAD_REQUEST", cause })), "t");

  it("says the path and the message of each issue, the first in its own message", () => {
    const schema = z.object({ lines: z.array(z.object({ amount: z.number({ error: "amount is fen" }) })) });
    const view = refuse(schema.safeParse({ lines: [{ amount: 1 }, { amount: "2" }] }).error);
    expect(view).toMatchObject({ code: "INVALID_INPUT", message: "lines.1.amount: amount is fen", retryable: false });
    expect(view.details).toEqual({ issues: [{ path: "lines.1.amount", message: "amount is fen" }] });
  });

  it("speaks of the input when no field is at fault", () => {
    expect(refuse(badInput("text")).message).toMatch(/^input: Invalid input: expected object/);
  });

  it("names ten issues at most", () => {
    const view = refuse(z.array(z.number()).safeParse(Array(1_000).fill("x")).error);
    expect(view.details?.issues).toHaveLength(10);
  });

  it("stays short when a body brings ten thousand unknown keys", () => {
    const body = Object.fromEntries(Array.from({ length: 10_000 }, (_, n) => [`key-number-${n}`, n]));
    const view = refuse(z.strictObject({}).safeParse(body).error);
    expect(view.message).toMatch(/^input: Unrecognized keys: "key-number-0", "key-number-1"/);
    expect(JSON.stringify(view).length).toBeLessThan(1_000);
  });

  it.each([
    ["PARSE_ERROR", "INVALID_INPUT"],
    ["BAD_REQUEST", "INVALID_INPUT"],
    ["METHOD_NOT_SUPPORTED", "INVALID_INPUT"],
    ["UNSUPPORTED_MEDIA_TYPE", "INVALID_INPUT"],
    ["PAYLOAD_TOO_LARGE", "INVALID_INPUT"],
    ["NOT_FOUND", "NOT_FOUND"],
  ] as const)("%s of the transport is %s", (code, ours) => {
    expect(viewError(new TRPCError({ code, message: "the transport's word" }), "t")).toEqual({
      code: ours,
      message: "the transport's word",
      retryable: false,
      traceId: "t",
    });
  });
});

function badInput(input: unknown) {
  return z.object({}).safeParse(input).error;
}
