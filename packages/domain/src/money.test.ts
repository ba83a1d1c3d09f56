import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { chargeFor, fenFromYuan, isAmount, MAX_AMOUNT, MIN_AMOUNT, yuanFromFen } from "./money.ts";

const amount = fc.integer({ min: MIN_AMOUNT, max: MAX_AMOUNT });
const fen = fc.integer({ min: -999_999_999_999_999, max: 999_999_999_999_999 });

describe("fen and yuan", () => {
  it.each([
    [1, "0.01"],
    [10, "0.10"],
    [29, "0.29"],
    [99, "0.99"],
    [100, "1.00"],
    [1288, "12.88"],
    [MAX_AMOUNT, "100000000.00"],
    [0, "0.00"],
    [-0, "0.00"],
    [-5, "-0.05"],
    [-1288, "-12.88"],
  ])("writes %d as %s", (value, text) => {
    expect(yuanFromFen(value)).toBe(text);
  });

  it.each([
    ["12", 1200],
    ["12.8", 1280],
    ["12.88", 1288],
    ["12.880000", 1288],
    ["0.07", 7],
    ["0.00", 0],
    ["-0.00", 0],
    ["-12.88", -1288],
    // Times a hundred in floats these are 28.999… and 434.999…
    ["0.29", 29],
    ["4.35", 435],
    ["9999999999999.99", 999_999_999_999_999],
  ])("reads %s as %d", (text, value) => {
    expect(fenFromYuan(text)).toBe(value);
  });

  it("brings every amount back, refunds and sums included", () => {
    fc.assert(fc.property(amount, (value) => fenFromYuan(yuanFromFen(value)) === value));
    fc.assert(fc.property(fen, (value) => fenFromYuan(yuanFromFen(value)) === value));
  });

  it("reads what it wrote, whatever zeros a channel adds or drops", () => {
    fc.assert(
      fc.property(fen, fc.nat(12), (value, zeros) => {
        const text = yuanFromFen(value);
        expect(fenFromYuan(text + "0".repeat(zeros))).toBe(value);
        expect(fenFromYuan(text.replace(/\.?0{1,2}$/, ""))).toBe(value);
      }),
    );
  });

  it("keeps the order of amounts", () => {
    fc.assert(
      fc.property(amount, amount, (a, b) => {
        const difference = fenFromYuan(yuanFromFen(a)) - fenFromYuan(yuanFromFen(b));
        expect(Math.sign(difference)).toBe(Math.sign(a - b));
      }),
    );
  });

  it.each([
    "",
    " ",
    ".",
    ".5",
    "5.",
    "+1",
    "--1",
    "01",
    "00",
    "-01.00",
    "1.001",
    "0.001",
    "1.0010",
    "1e2",
    "1E2",
    "0x10",
    "1,000.00",
    "1 000",
    " 1",
    "1 ",
    "1\n",
    "1\u0000",
    "¥1",
    "１２", // full-width digits
    "١٢", // Arabic-Indic digits
    "−1", // a minus sign that is not a hyphen
    "NaN",
    "Infinity",
    "12.34.56",
    "99999999999999.00",
    "9".repeat(400),
    "null",
  ])("refuses %j as yuan", (text) => {
    expect(() => fenFromYuan(text)).toThrow(RangeError);
  });

  it("reads nothing but plain decimals out of arbitrary text", () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom(..."0123456789.-+eE, ") }), (text) => {
        if (/^-?(0|[1-9]\d{0,12})(\.\d{1,2})?$/.test(text)) return;
        if (/^-?(0|[1-9]\d{0,12})\.\d\d0+$/.test(text)) return;
        expect(() => fenFromYuan(text)).toThrow(RangeError);
      }),
    );
  });

  it("shows at most forty characters of what it refuses", () => {
    expect(() => fenFromYuan("x".repeat(10_000))).toThrow(`not an amount of yuan: "${"x".repeat(40)}"`);
    try {
      fenFromYuan("x".repeat(10_000));
    } catch (error) {
      expect((error as Error).message.length).toBeLessThan(80);
    }
  });

  it.each([0.5, 12.88, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 53, -(2 ** 53)])("refuses to write %d", (value) => {
    expect(() => yuanFromFen(value)).toThrow(RangeError);
  });
});

describe("isAmount", () => {
  it.each([MIN_AMOUNT, 1288, MAX_AMOUNT])("takes %d", (value) => {
    expect(isAmount(value)).toBe(true);
  });

  it.each([
    0,
    -0,
    -1,
    0.5,
    12.88,
    MAX_AMOUNT + 1,
    2 ** 53,
    Number.NaN,
    Number.POSITIVE_INFINITY,
    "1",
    1n,
    null,
    undefined,
    [1],
  ])("refuses %s", (value) => {
    expect(isAmount(value)).toBe(false);
  });
});

describe("chargeFor", () => {
  it("asks the channel for the amount, or for one fen while the switch is on", () => {
    expect(chargeFor(1288, false)).toBe(1288);
    expect(chargeFor(1288, true)).toBe(1);
    expect(chargeFor(1, true)).toBe(1);
  });
});
