import { afterEach, beforeEach, expect, expectTypeOf, it } from "vitest";
import { type FakePayhub, startFakePayhub } from "../test/fake-payhub.ts";
import { createPayhubClient } from "./client.ts";
import type { Difference, Statement } from "./types.ts";

let payhub: FakePayhub;
beforeEach(async () => {
  payhub = await startFakePayhub();
});
afterEach(() => payhub.close());
const clientOf = () =>
  createPayhubClient({ url: payhub.url, appId: payhub.appId, secret: payhub.secret }).reconciliation;

it("asks for a month's statement", async () => {
  const side = { paymentCount: 0, paymentAmount: 0, refundCount: 0, refundAmount: 0, net: 0 };
  const total = {
    books: side,
    bill: side,
    fee: 0,
    matchedCount: 0,
    differences: [],
    openCount: 0,
    explainedPercent: 100,
  };
  payhub.reconciliation.statement = async (_caller, { fromDay, toDay, by }) => {
    return { fromDay, toDay, by, total, rows: [{ ...total, group: null }], runs: null };
  };
  const statement = await clientOf().statement.query({ month: "2026-12", by: "day" });
  expectTypeOf(statement).toEqualTypeOf<Statement>();
  expect(statement).toEqual({
    fromDay: "2026-12-01",
    toDay: "2026-12-31",
    by: "day",
    total,
    rows: [{ ...total, group: null }],
    runs: null,
  });
});

it("asks for a file", async () => {
  payhub.reconciliation.export = async (_caller, { of, format, language }) => {
    return { fileName: `${of}.${format}`, contentType: language, base64: "77u/" };
  };
  const file = await clientOf().export.query({ of: "differences", format: "csv", differenceState: "open" });
  expect(file).toEqual({ fileName: "differences.csv", contentType: "zh-CN", base64: "77u/" });
});

it("asks for differences, and is refused with payhub's own words", async () => {
  payhub.reconciliation.differences = {
    ...emptyPorts(),
    list: async () => ({ items: [], nextCursor: null }),
  };
  const page = await clientOf().differences.list.query({ minAgeDays: 3 });
  expectTypeOf(page.items).toEqualTypeOf<Difference[]>();
  expect(page).toEqual({ items: [], nextCursor: null });
  const refused = clientOf().differences.get.query({ differenceNo: "D1" });
  await expect(refused).rejects.toMatchObject({ code: "INVALID_INPUT", retryable: false });
});

function emptyPorts(): NonNullable<FakePayhub["reconciliation"]["differences"]> {
  const missing = () => Promise.reject(new Error("the test did not set this port"));
  const acts = { assign: missing, note: missing, resolve: missing, accept: missing, reopen: missing };
  return { list: missing, get: missing, ...acts, propose: missing, approve: missing, reject: missing };
}
