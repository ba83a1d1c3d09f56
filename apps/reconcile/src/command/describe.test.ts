import type { StatementTotals } from "@payhub/domain";
import { differenceOf, runOf } from "@payhub/domain/test/books";
import { expect, test } from "vitest";
import { describeDay } from "./describe.ts";
import { type DayReport, isExplained } from "./report.ts";

const RUN = runOf({ accountNo: "A1" });

const DIFFERENCE = differenceOf({
  differenceClass: "missing_here",
  cause: "foreign_order",
  proposedFix: "check_by_hand",
  outTradeNo: "订单\u001b[31m\u0007-1\n",
  delta: 1288,
});

const TOTALS: StatementTotals = {
  books: { paymentCount: 3, paymentAmount: 3_000, refundCount: 1, refundAmount: 500, net: 2_474 },
  bill: { paymentCount: 4, paymentAmount: 4_288, refundCount: 1, refundAmount: 500, net: 3_762 },
  fee: 26,
  matchedCount: 4,
  differences: [{ differenceClass: "missing_here", differenceState: "open", count: 2, delta: 2_576 }],
  openCount: 2,
  explainedPercent: 80,
};

const report = (changes: Partial<DayReport> = {}): DayReport => ({
  account: { accountNo: "A1", channel: "wechatpay", name: "微信支付" },
  merchantName: "示例商户",
  run: RUN,
  totals: TOTALS,
  workList: [DIFFERENCE],
  ...changes,
});

/** The columns of a terminal that a line takes: a Chinese character takes two. */
function columns(line: string): number {
  return [...line].reduce((sum, character) => sum + (/\p{Script=Han}/u.test(character) ? 2 : 1), 0);
}

test("tells both sides in yuan, the differences, the work list and where the bill is", () => {
  const text = describeDay(report(), "file:/bills");
  expect(text).toContain("2026-11-20  A1  wechatpay  示例商户 / 微信支付\n  done: 80 % explained, 4 lines agree");
  expect(text).toMatch(/payments │ +3 │ +30\.00 │ +4 │ +42\.88 │ +12\.88 │/);
  expect(text).toMatch(/refunds +│ +1 │ +5\.00 │ +1 │ +5\.00 │ +0\.00 │/);
  expect(text).toMatch(/fees +│ +│ +0\.26 │ +│ +0\.26 │ +0\.00 │/);
  expect(text).toMatch(/net +│ +│ +24\.74 │ +│ +37\.62 │ +12\.88 │/);
  expect(text).toMatch(/missing_here │ open +│ +2 │ +25\.76 │/);
  expect(text).toContain("work list: the first 1 of 2");
  expect(text).toContain(`trade bill      ${"a".repeat(64)}`);
  expect(text).toContain("fund-flow bill  none");
});

test("a table's lines are of one width, whatever is in them, and nothing in them steers the terminal", () => {
  const text = describeDay(report({ merchantName: "商\u001b]0;x\u0007户" }), "file:/bills");
  expect(text).not.toMatch(/[^\n\P{C}]/u);
  expect(text).toMatch(/│ 订单-1 +│/);
  const boxes = text.split("\n").filter((line) => /[│┌├└]/.test(line));
  const tables = boxes.join("\n").split(/\n(?= *┌)/);
  expect(tables).toHaveLength(3);
  for (const table of tables) expect(new Set(table.split("\n").map(columns)).size).toBe(1);
});

test("a clean day has no list", () => {
  const text = describeDay(
    report({ totals: { ...TOTALS, differences: [], openCount: 0, explainedPercent: 100 }, workList: [] }),
    "file:/bills",
  );
  expect(text).toContain("done: 100 % explained");
  expect(text).not.toMatch(/differences|work list/);
});

test.each([
  ["waiting", { failure: null }, "no bill yet: the channel does not have it; tried again at 2026-11-21T10:30"],
  ["refused", { failure: "wrong hash" }, "the bill cannot be trusted: wrong hash; tried again at 2026-11-21T10:30"],
  ["refused", { failure: "wrong hash", nextTryAt: null }, "cannot be trusted: wrong hash; it is not tried again"],
  ["running", { failure: null }, "not done: it goes on at its next run"],
] as const)("a run that is %s says why and what comes next", (runState, changes, words) => {
  const nextTryAt = Date.parse("2026-11-21T10:30:00+08:00");
  const text = describeDay(report({ run: { ...RUN, runState, nextTryAt, ...changes } }), "file:/bills");
  expect(text).toContain(words);
  expect(text).not.toContain("payments");
});

test("all is explained when the bill was there and nothing is open", () => {
  const closed = { ...TOTALS, openCount: 0 };
  expect(isExplained({ run: RUN, totals: closed })).toBe(true);
  expect(isExplained({ run: RUN, totals: TOTALS })).toBe(false);
  expect(isExplained({ run: { ...RUN, runState: "waiting" }, totals: closed })).toBe(false);
});
