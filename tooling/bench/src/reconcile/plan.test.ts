import { isNumberOf } from "@payhub/domain";
import { expect, it } from "vitest";
import { mixedIndexes } from "./order-of-lines.ts";
import { expectedOf, planDay, STRETCH } from "./plan.ts";

const LINES = 5 * STRETCH;
const plan = planDay("2026-11-20", LINES);
const indexes = Array.from({ length: LINES }, (_, index) => index);

it("has each line once, and not in the order of time", () => {
  const mixed = [...mixedIndexes(LINES)];
  expect(mixed).not.toEqual(indexes);
  expect(mixed.toSorted((a, b) => a - b)).toEqual(indexes);
});

it("numbers its orders as payhub does, in the order of their indexes, each trade once", () => {
  const orders = indexes.map((index) => plan.order(index));
  const numbers = orders.map(({ attemptNo }) => attemptNo);
  expect(numbers.every((number) => isNumberOf("attempt", number))).toBe(true);
  expect(numbers.toSorted()).toEqual(numbers);
  expect(new Set(orders.map(({ channelTradeNo }) => channelTradeNo)).size).toBe(LINES);
});

it("is the same at every call", () => {
  const again = planDay("2026-11-20", LINES);
  expect(indexes.map((index) => again.line(index))).toEqual(indexes.map((index) => plan.line(index)));
});

it("has bill and books apart where it says so", () => {
  const { fromMs, toMs } = { fromMs: Date.parse("2026-11-20T00:00+08:00"), toMs: Date.parse("2026-11-21T00:00+08:00") };
  const books = new Map(indexes.map((index) => [plan.order(index).attemptNo, plan.order(index)]));
  const ofDay = [...books.values()].filter(({ paidAt }) => paidAt >= fromMs && paidAt < toMs);
  const lines = indexes.map((index) => plan.line(index));
  const named = new Set(lines.map(({ outTradeNo }) => outTradeNo));
  const inBooks = lines.filter(({ outTradeNo }) => books.has(outTradeNo));
  const apart =
    lines.length -
    new Set(lines.map(({ outTradeNo }) => outTradeNo)).size +
    lines.length -
    inBooks.length +
    (books.size - ofDay.length) +
    ofDay.filter(({ attemptNo }) => !named.has(attemptNo)).length +
    lines.filter(({ isMalformed }) => isMalformed).length;
  expect(apart).toBe(expectedOf(LINES).rowsApart);
});
