import { describe, expect, it } from "vitest";
import { refusalsOf } from "../../test/refusal.ts";
import {
  actInputSchema,
  assignInputSchema,
  listDifferencesInputSchema,
  notedActInputSchema,
  proposeInputSchema,
} from "./difference-schemas.ts";
import { exportInputSchema, fundFlowInputSchema, requestRunInputSchema, statementInputSchema } from "./schemas.ts";

const DIFFERENCE_NO = "D20261121080000000ABCDEFGHJKMN";
const ACCOUNT_NO = "A20261121080000000ABCDEFGHJKMN";
const PERIOD = ": give either day or month";
const BAD_DAY = "a business day is a date such as 2026-11-20";
const BAD_MONTH = "a month is such as 2026-11";
const BAD_ACTOR =
  "actor is the operator's name, 1 to 64 letters, digits or _ . @ -, and begins with a letter or a digit";

describe("a period", () => {
  it.each([
    [{ day: "2026-11-20" }, { fromDay: "2026-11-20", toDay: "2026-11-20" }],
    [{ month: "2026-12" }, { fromDay: "2026-12-01", toDay: "2026-12-31" }],
    [{ month: "2028-02" }, { fromDay: "2028-02-01", toDay: "2028-02-29" }],
  ])("%j is read as its first and last day", (period, days) => {
    expect(statementInputSchema.parse(period)).toEqual({ ...days, by: "account" });
    expect(fundFlowInputSchema.parse(period)).toEqual(days);
    const file = { of: "statement", format: "csv" };
    expect(exportInputSchema.parse({ ...file, ...period })).toEqual({ ...file, language: "zh-CN", ...days });
  });

  it.each<[object, string]>([
    [{}, PERIOD],
    [{ day: "2026-11-20", month: "2026-11" }, PERIOD],
    [{ day: "2026-02-30" }, `day: ${BAD_DAY}`],
    [{ day: "1026-02-03" }, `day: ${BAD_DAY}`],
    [{ month: "2026-13" }, `month: ${BAD_MONTH}`],
    [{ month: "2026-11-01" }, `month: ${BAD_MONTH}`],
    [{ day: "2026-11-20", accountNo: "A1" }, "accountNo: not a payhub account number"],
    [{ day: "2026-11-20", runs: true }, ': Unrecognized key: "runs"'],
  ])("refuses %j", (input, message) => {
    expect(refusalsOf(statementInputSchema, input)).toEqual([message]);
    expect(refusalsOf(exportInputSchema, { of: "statement", format: "xlsx", ...input })).toEqual([message]);
  });
});

describe("an act", () => {
  const act = { differenceNo: DIFFERENCE_NO, actor: "li.wei", note: "sorted out by phone" };
  const refusals = (changes: object) => refusalsOf(notedActInputSchema, { ...act, ...changes });

  it.each<object>([
    { actor: "李伟" },
    { actor: "li.wei@example.com" },
    { note: "  two\nlines  " },
    { note: "长".repeat(500) },
    { idempotencyKey: "12345678" },
  ])("takes %j", (changes) => {
    expect(refusals(changes)).toEqual([]);
  });

  it.each<[object, string]>([
    [{ note: "" }, "note: note: say why; whoever reads the books later asks"],
    [{ note: " \n " }, "note: note: say why; whoever reads the books later asks"],
    [{ note: "x".repeat(501) }, "note: note has at most 500 characters"],
    [{ note: "a\u0000b" }, "note: note holds a control character"],
    [{ actor: undefined }, `actor: ${BAD_ACTOR}`],
    [{ actor: "" }, `actor: ${BAD_ACTOR}`],
    [{ actor: " li" }, `actor: ${BAD_ACTOR}`],
    [{ actor: "a".repeat(65) }, `actor: ${BAD_ACTOR}`],
    [{ actor: "=1+1" }, `actor: ${BAD_ACTOR}`],
    [{ actor: "PayHub" }, "actor: actor: payhub is the platform itself"],
    [{ differenceNo: ACCOUNT_NO }, "differenceNo: not a payhub difference number"],
  ])("refuses %j", (changes, message) => {
    expect(refusals(changes)).toEqual([message]);
  });

  it("may go without a note where it explains itself", () => {
    const { note: _, ...bare } = act;
    expect(actInputSchema.parse(bare)).toEqual({ ...bare, note: "" });
    expect(proposeInputSchema.parse({ ...bare, fix: "record_refund" })).toMatchObject({ note: "" });
    expect(refusalsOf(proposeInputSchema, { ...bare, fix: "none" })).toHaveLength(1);
    expect(assignInputSchema.parse({ ...bare, assignee: null })).toMatchObject({ assignee: null });
  });
});

describe("a list of differences", () => {
  it("takes every filter at once, and fifty rows unless told", () => {
    const filters = {
      fromDay: "2026-11-01",
      toDay: "2026-11-30",
      accountNo: ACCOUNT_NO,
      differenceClass: "missing_here",
      differenceState: "open",
      assignee: null,
      minAgeDays: 3,
      cursor: "2026-11-20.17",
    };
    expect(listDifferencesInputSchema.parse(filters)).toEqual({ ...filters, limit: 50 });
  });

  it.each<[object, string]>([
    [{ cursor: "17" }, "cursor: cursor is what nextCursor held"],
    [{ minAgeDays: -1 }, "minAgeDays: Too small: expected number to be >=0"],
    [{ limit: 201 }, "limit: Too big: expected number to be <=200"],
    [{ fromDay: "yesterday" }, `fromDay: ${BAD_DAY}`],
  ])("refuses %j", (input, message) => {
    expect(refusalsOf(listDifferencesInputSchema, input)).toEqual([message]);
  });
});

it("a run is asked for by someone", () => {
  const wanted = { accountNo: ACCOUNT_NO, businessDay: "2026-11-20", actor: "li.wei" };
  expect(requestRunInputSchema.parse(wanted)).toEqual(wanted);
  expect(refusalsOf(requestRunInputSchema, { ...wanted, actor: "payhub" })).toHaveLength(1);
});
