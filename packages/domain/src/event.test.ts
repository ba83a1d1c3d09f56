import { describe, expect, it } from "vitest";
import { EVENT_OF_REFUND_STATUS, EVENT_OF_STATUS, EVENT_TYPES } from "./event.ts";
import { canMove, isFinal, type Machine, PAYMENT_MACHINE, REFUND_MACHINE } from "./state.ts";

function entered<State extends string>(machine: Machine<State>): State[] {
  const states = Object.keys(machine) as State[];
  return states.filter((to) => states.some((from) => canMove(machine, from, to)));
}

describe("the events of a payment", () => {
  it.each([
    ["succeeded", "payment.succeeded"],
    ["failed", "payment.failed"],
    ["closed", "payment.closed"],
  ] as const)("moving to %s is %s", (status, type) => {
    expect(EVENT_OF_STATUS[status]).toBe(type);
  });

  it("are one for each state that can be moved to, and none for the others", () => {
    expect(Object.keys(EVENT_OF_STATUS)).toEqual(entered(PAYMENT_MACHINE));
    expect(entered(PAYMENT_MACHINE).every((status) => isFinal(PAYMENT_MACHINE, status))).toBe(true);
  });
});

describe("the events of a refund", () => {
  it.each([
    ["succeeded", "refund.succeeded"],
    ["failed", "refund.failed"],
    ["closed", "refund.closed"],
  ] as const)("moving to %s is %s", (status, type) => {
    expect(EVENT_OF_REFUND_STATUS[status]).toBe(type);
  });

  it("are one for each state that can be moved to, and none for the others", () => {
    expect(Object.keys(EVENT_OF_REFUND_STATUS)).toEqual(entered(REFUND_MACHINE));
    expect(entered(REFUND_MACHINE).every((status) => isFinal(REFUND_MACHINE, status))).toBe(true);
  });
});

it("every type is the event of one transition, but for the one of a second receipt given back", () => {
  const ofMoves = [...Object.values(EVENT_OF_STATUS), ...Object.values(EVENT_OF_REFUND_STATUS)];
  expect([...ofMoves, "payment.duplicate_refunded"].sort()).toEqual([...EVENT_TYPES].sort());
});
