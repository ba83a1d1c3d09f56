import { expect, it } from "vitest";
import { readOptions } from "./options.ts";

it("measures for five seconds, three times, with 32 clients unless told otherwise", () => {
  expect(readOptions(["create"])).toEqual({
    bench: "create",
    seconds: 5,
    rounds: 3,
    clients: 32,
    warmUp: 5000,
    profileDir: undefined,
  });
  expect(readOptions(["callback", "--seconds", "2", "--rounds=1", "--clients", "8", "--warm-up", "9"])).toMatchObject({
    bench: "callback",
    seconds: 2,
    rounds: 1,
    clients: 8,
    warmUp: 9,
  });
});

it("reconciles a million lines three times unless told otherwise", () => {
  expect(readOptions(["reconcile"])).toEqual({ bench: "reconcile", lines: 1_000_000, rounds: 3 });
  expect(readOptions(["reconcile", "--lines", "5000", "--rounds", "1"])).toMatchObject({ lines: 5000, rounds: 1 });
});

it.each([
  [[], "say: bench create|callback"],
  [["refund"], "say: bench create|callback"],
  [["create", "callback"], "say: bench create|callback"],
  [["create", "--seconds", "0"], "--seconds is a whole number from 1 to 60"],
  [["create", "--rounds", "1.5"], "--rounds is a whole number from 1 to 20"],
  [["reconcile", "--lines", "6000"], "--lines is a whole number from 5000 to 5000000 in steps of 5000"],
  [["reconcile", "--rounds", "0"], "--rounds is a whole number from 1 to 20"],
  [["create", "--clients", "many"], "--clients is a whole number from 1 to 256"],
])("refuses %j", (args, message) => {
  expect(() => readOptions(args)).toThrow(message);
});
