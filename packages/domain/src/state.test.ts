import { describe, expect, it } from "vitest";
import {
  ATTEMPT_MACHINE,
  assertMachine,
  canMove,
  isFinal,
  type Machine,
  move,
  PAYMENT_MACHINE,
  REFUND_MACHINE,
  sourcesOf,
} from "./state.ts";

// Written out by hand: one row per state it leaves, one column per state it enters.
const PAYMENT_TABLE = `
             created  succeeded  failed  closed
  created       -         x        x       x
  succeeded     -         -        -       -
  failed        -         -        -       -
  closed        -         -        -       -`;

const ATTEMPT_TABLE = `
                  preparing  awaiting_payer  succeeded  failed  closed
  preparing           -            x             x        x       x
  awaiting_payer      -            -             x        x       x
  succeeded           -            -             -        -       -
  failed              -            -             -        -       -
  closed              -            -             -        -       -`;

interface Case {
  name: string;
  machine: Machine<string>;
  initial: string;
  table: string;
}

const MACHINES: Case[] = [
  { name: "payment", machine: PAYMENT_MACHINE, initial: "created", table: PAYMENT_TABLE },
  { name: "attempt", machine: ATTEMPT_MACHINE, initial: "preparing", table: ATTEMPT_TABLE },
  { name: "refund", machine: REFUND_MACHINE, initial: "created", table: PAYMENT_TABLE },
];

function pairsOf(table: string): { from: string; to: string; legal: boolean }[] {
  const [columns = [], ...rows] = table
    .trim()
    .split("\n")
    .map((line) => line.trim().split(/\s+/));
  return rows.flatMap(([from = "", ...marks]) =>
    marks.map((mark, index) => ({ from, to: columns[index] ?? "", legal: mark === "x" })),
  );
}

describe.each(MACHINES)("the $name machine", ({ machine, initial, table }) => {
  const pairs = pairsOf(table);

  it.each(pairs)("$from → $to: $legal", ({ from, to, legal }) => {
    expect(canMove(machine, from, to)).toBe(legal);
    expect(sourcesOf(machine, to).includes(from)).toBe(legal);
  });

  it("has exactly the states of its table", () => {
    expect(Object.keys(machine)).toEqual([...new Set(pairs.map(({ from }) => from))]);
  });

  it("never leaves a final state, and only the three of them are final", () => {
    const final = Object.keys(machine).filter((state) => isFinal(machine, state));
    expect(final).toEqual(["succeeded", "failed", "closed"]);
  });

  it("stands the check made at start", () => {
    expect(() => assertMachine(machine, initial)).not.toThrow();
  });
});

describe("assertMachine", () => {
  it.each<[string, Machine<string>, RegExp]>([
    ["a move to a state that is not there", { a: ["b", "gone"], b: [] }, /"gone" is not in the table/],
    ["a state that nothing leads to", { a: ["b"], b: [], island: [] }, /cannot be reached: island/],
    ["a start that is not in the table", { b: [] }, /cannot be reached: b/],
    ["a circle without an end", { a: ["b"], b: ["a"] }, /no state is final/],
    ["an island that leads in", { a: [], island: ["a"] }, /cannot be reached: island/],
  ])("refuses %s", (_what, machine, message) => {
    expect(() => assertMachine(machine, "a")).toThrow(message);
  });
});

describe("move", () => {
  it("names a move", () => {
    expect(move(PAYMENT_MACHINE, "created", "closed")).toEqual({ from: "created", to: "closed" });
    expect(move(ATTEMPT_MACHINE, "preparing", "awaiting_payer")).toEqual({ from: "preparing", to: "awaiting_payer" });
    expect(move(REFUND_MACHINE, "created", "failed")).toEqual({ from: "created", to: "failed" });
  });

  // The type check is the test: an expectation that finds no error is itself an error.
  it("does not compile for a move that the table does not have", () => {
    const illegal = () => [
      // @ts-expect-error a final state is never left
      move(PAYMENT_MACHINE, "succeeded", "closed"),
      // @ts-expect-error a final state is never left
      move(PAYMENT_MACHINE, "closed", "succeeded"),
      // @ts-expect-error a final state is never left
      move(PAYMENT_MACHINE, "failed", "succeeded"),
      // @ts-expect-error nothing goes back
      move(PAYMENT_MACHINE, "succeeded", "created"),
      // @ts-expect-error a state is not a move to itself
      move(PAYMENT_MACHINE, "created", "created"),
      // @ts-expect-error no such state
      move(PAYMENT_MACHINE, "created", "refunded"),
      // @ts-expect-error no such state
      move(PAYMENT_MACHINE, "paying", "succeeded"),
      // @ts-expect-error nothing goes back
      move(ATTEMPT_MACHINE, "awaiting_payer", "preparing"),
      // @ts-expect-error a final state is never left
      move(ATTEMPT_MACHINE, "closed", "succeeded"),
      // @ts-expect-error a final state is never left
      move(REFUND_MACHINE, "failed", "succeeded"),
    ];
    expect(illegal).toBeTypeOf("function");
  });
});
