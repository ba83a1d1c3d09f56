import { describe, expect, it } from "vitest";
import { EVENT_OF_STATUS, EVENT_TYPES } from "./event.ts";
import { canMove, isFinal, PAYMENT_MACHINE, type PaymentStatus } from "./state.ts";

describe("the events of a payment", () => {
  const statuses = Object.keys(PAYMENT_MACHINE) as PaymentStatus[];

  it.each([
    ["succeeded", "payment.succeeded"],
    ["failed", "payment.failed"],
    ["closed", "payment.closed"],
  ] as const)("moving to %s is %s", (status, type) => {
    expect(EVENT_OF_STATUS[status]).toBe(type);
  });

  it("are one for each state that can be moved to, and none for the others", () => {
    const entered = statuses.filter((to) => statuses.some((from) => canMove(PAYMENT_MACHINE, from, to)));
    expect(Object.keys(EVENT_OF_STATUS)).toEqual(entered);
    expect(entered.every((status) => isFinal(PAYMENT_MACHINE, status))).toBe(true);
    expect([...Object.values(EVENT_OF_STATUS)]).toEqual([...EVENT_TYPES]);
  });
});
