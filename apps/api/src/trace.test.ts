import { describe, expect, test } from "vitest";
import { traceIdOf } from "./trace.ts";

const random = { bytes: (size: number) => new Uint8Array(size).fill(0xab), fraction: () => 0 };
const traceId = "4bf92f3577b34da6a3ce929d0e0e4736";
const fresh = "ab".repeat(16);

describe("traceIdOf", () => {
  test.each([
    ["a valid traceparent", `00-${traceId}-00f067aa0ba902b7-01`, traceId],
    ["a later version with more fields", `01-${traceId}-00f067aa0ba902b7-01-more`, traceId],
    ["none", undefined, fresh],
    ["an all-zero trace id", `00-${"0".repeat(32)}-00f067aa0ba902b7-01`, fresh],
    ["an all-zero parent", `00-${traceId}-${"0".repeat(16)}-01`, fresh],
    ["the forbidden version", `ff-${traceId}-00f067aa0ba902b7-01`, fresh],
    ["upper case", `00-${traceId.toUpperCase()}-00f067aa0ba902b7-01`, fresh],
    ["a hostile value", `00-${traceId}\n-00f067aa0ba902b7-01`, fresh],
  ])("%s", (_case, traceparent, expected) => {
    expect(traceIdOf(traceparent, random)).toBe(expected);
  });
});
