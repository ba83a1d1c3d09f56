import { describe, expect, it } from "vitest";
import { differenceOf, NOW, runOf } from "../../test/books.ts";
import { differenceViewSchema } from "./difference-schemas.ts";
import { presentAction, presentBillFile, presentDifference, presentRun } from "./present.ts";
import { billFileViewSchema, runViewSchema } from "./schemas.ts";

describe("a difference", () => {
  it("shows both sides with times that have their offset", () => {
    const view = presentDifference({ ...differenceOf(), ageDays: 1 });
    expect(view).toMatchObject({
      differenceNo: "D20261121080000000000000000001",
      ageDays: 1,
      differenceClass: "amount_mismatch",
      delta: -88,
      billLine: { lineNo: 7, amount: 1200, occurredAt: "2026-11-21T08:01:00.000+08:00" },
      bookSide: { number: "T20261121080000000000000000001", occurredAt: null },
      endedAt: null,
      foundAt: "2026-11-21T08:00:00.000+08:00",
    });
  });

  it.each([
    {},
    { billLine: null, bookSide: null, facts: { lineNo: 3, reason: "no amount" } },
    { differenceState: "resolved", endedBy: "li.wei", endedAt: NOW, assignee: "li.wei" },
    { pendingFix: "record_refund", pendingBy: "li.wei" },
  ] as const)("is what its schema says, to the last field: %j", (changes) => {
    const view = presentDifference({ ...differenceOf(changes), ageDays: 0 });
    expect(differenceViewSchema.strict().parse(view)).toEqual(view);
    expect(JSON.stringify(view)).not.toContain("fingerprint");
  });

  it("tells who did what when", () => {
    const { differenceNo } = differenceOf();
    const action = {
      differenceNo,
      actor: "li.wei",
      actionKind: "note",
      note: "x",
      createdAt: NOW,
      updatedAt: NOW,
    } as const;
    expect(presentAction(action)).toEqual({
      actor: "li.wei",
      actionKind: "note",
      note: "x",
      at: "2026-11-21T08:00:00.000+08:00",
    });
  });
});

it.each([{}, { runState: "waiting", nextTryAt: NOW, failure: "not ready" }] as const)(
  "a run is what its schema says, to the last field: %j",
  (changes) => {
    const view = presentRun(runOf(changes));
    expect(runViewSchema.strict().parse(view)).toEqual(view);
  },
);

it("a bill file is what its schema says", () => {
  const { accountNo, businessDay } = runOf();
  const at = { createdAt: NOW, updatedAt: NOW };
  const file = { accountNo, businessDay, billKind: "trade", digest: "0", sizeBytes: 7, billState: "refused" } as const;
  const view = presentBillFile({ ...file, failure: "wrong hash", ...at });
  expect(billFileViewSchema.strict().parse(view)).toEqual(view);
});
