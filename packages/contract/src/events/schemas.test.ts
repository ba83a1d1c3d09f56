import { describe, expect, it } from "vitest";
import { refusalsOf } from "../../test/refusal.ts";
import { ackEventsInputSchema, listEventsInputSchema, pullEventsInputSchema } from "./schemas.ts";

const EVENT_ID = "E20261121080000000ABCDEFGHJKMN";

describe("events.pull", () => {
  it("takes twenty at once, waits for nothing and leases for 30 s unless told", () => {
    expect(pullEventsInputSchema.parse({})).toEqual({ limit: 20, waitMs: 0, leaseMs: 30_000 });
  });

  it.each<object>([
    { limit: 1, waitMs: 0, leaseMs: 1_000 },
    { limit: 100, waitMs: 30_000, leaseMs: 600_000, idempotencyKey: "12345678" },
  ])("takes %j", (input) => {
    expect(refusalsOf(pullEventsInputSchema, input)).toEqual([]);
  });

  it.each<[object, string]>([
    [{ limit: 0 }, "limit: Too small: expected number to be >=1"],
    [{ limit: 101 }, "limit: Too big: expected number to be <=100"],
    [{ limit: Number.NaN }, "limit: Invalid input: expected number, received NaN"],
    [{ waitMs: -1 }, "waitMs: Too small: expected number to be >=0"],
    [{ waitMs: 30_001 }, "waitMs: Too big: expected number to be <=30000"],
    [{ leaseMs: 999 }, "leaseMs: Too small: expected number to be >=1000"],
    [{ leaseMs: 600_001 }, "leaseMs: Too big: expected number to be <=600000"],
    [{ leaseMs: 1500.5 }, "leaseMs: Invalid input: expected int, received number"],
    [{ wait: 1 }, ': Unrecognized key: "wait"'],
  ])("refuses %j", (input, message) => {
    expect(refusalsOf(pullEventsInputSchema, input)).toEqual([message]);
  });
});

describe("events.ack", () => {
  it("takes one to a hundred event numbers", () => {
    expect(refusalsOf(ackEventsInputSchema, { eventIds: [EVENT_ID] })).toEqual([]);
    expect(refusalsOf(ackEventsInputSchema, { eventIds: Array(100).fill(EVENT_ID) })).toEqual([]);
  });

  it.each<[string, object, string]>([
    ["none", { eventIds: [] }, "eventIds: Too small: expected array to have >=1 items"],
    ["too many", { eventIds: Array(101).fill(EVENT_ID) }, "eventIds: Too big: expected array to have <=100 items"],
    ["a payment number", { eventIds: [EVENT_ID, `P${EVENT_ID.slice(1)}`] }, "eventIds.1: not a payhub event number"],
    ["a number", { eventIds: [1] }, "eventIds.0: Invalid input: expected string, received number"],
    ["a text", { eventIds: EVENT_ID }, "eventIds: Invalid input: expected array, received string"],
    [
      "a list dressed as an object",
      { eventIds: { 0: EVENT_ID, length: 1 } },
      "eventIds: Invalid input: expected array, received object",
    ],
  ])("refuses %s", (_what, input, message) => {
    expect(refusalsOf(ackEventsInputSchema, input)).toEqual([message]);
  });
});

describe("events.list", () => {
  it("begins at the beginning, a hundred at once, unless told", () => {
    expect(listEventsInputSchema.parse({})).toEqual({ after: 0, limit: 100 });
  });

  it("takes the largest position that a number holds exactly", () => {
    expect(refusalsOf(listEventsInputSchema, { after: Number.MAX_SAFE_INTEGER, limit: 500 })).toEqual([]);
    expect(refusalsOf(listEventsInputSchema, { after: 2 ** 53 })).not.toEqual([]);
  });

  it.each<[object, string]>([
    [{ after: -1 }, "after: Too small: expected number to be >=0"],
    [{ after: "1" }, "after: Invalid input: expected number, received string"],
    [{ limit: 501 }, "limit: Too big: expected number to be <=500"],
    [{ limit: 0 }, "limit: Too small: expected number to be >=1"],
  ])("refuses %j", (input, message) => {
    expect(refusalsOf(listEventsInputSchema, input)).toEqual([message]);
  });
});
