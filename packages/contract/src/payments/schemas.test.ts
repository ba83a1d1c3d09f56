import { SCENES } from "@payhub/domain";
import { describe, expect, it } from "vitest";
import { refusalsOf } from "../../test/refusal.ts";
import {
  closePaymentInputSchema,
  createPaymentInputSchema,
  getPaymentInputSchema,
  listPaymentsInputSchema,
  watchPaymentInputSchema,
} from "./schemas.ts";

const PAYMENT_NO = "P20261121080000000ABCDEFGHJKMN";
const NOT_FEN = "amount is an integer number of fen, such as 1288 for ¥12.88";
const BAD_ORDER_NO = "orderNo has 1 to 64 letters, digits or _ - | * @ . :";
const BAD_KEY = "idempotencyKey has 8 to 64 letters, digits or _ - : ., for example a UUID";
const BAD_CHARACTER =
  "subject holds a control character, an emoji or another character outside the Basic Multilingual Plane; WeChat Pay refuses those";

const order = {
  idempotencyKey: "0b0a2a3e-57c1-4a3c-9c0e-1f2f3a4b5c6d",
  orderNo: "order-1",
  accountNo: "A20261121080000000ABCDEFGHJKMN",
  scene: "qr",
  amount: 1288,
  subject: "一杯咖啡 / coffee & cake",
};
const { subject: _subject, ...orderWithoutSubject } = order;

describe("payments.create", () => {
  const refusals = (changes: object) => refusalsOf(createPaymentInputSchema, { ...order, ...changes });

  it("takes an order, and gives it 15 minutes", () => {
    expect(createPaymentInputSchema.parse(order)).toEqual({ ...order, expiresIn: 900 });
  });

  it.each<[string, object]>([
    ["one fen", { amount: 1 }],
    ["a hundred million yuan", { amount: 10_000_000_000 }],
    ["one minute", { expiresIn: 60 }],
    ["two hours", { expiresIn: 7200 }],
    ["the shortest order number", { orderNo: "1" }],
    ["the longest order number", { orderNo: "A_b-|*@.:".padEnd(64, "9") }],
    ["the shortest key", { idempotencyKey: "12345678" }],
    ["the longest key", { idempotencyKey: "k".repeat(64) }],
    ["the longest subject", { subject: "长".repeat(127) }],
    ["a subject of one character", { subject: "茶" }],
    ["markup as text", { subject: "<script>alert(1)</script>'; drop table payment; --" }],
    ["a three-byte symbol", { subject: "☕ €" }],
    ...SCENES.map((scene): [string, object] => [`scene ${scene}`, { scene }]),
  ])("takes %s", (_what, changes) => {
    expect(refusals(changes)).toEqual([]);
  });

  it.each<[unknown, string]>([
    [0, "amount is at least 1 fen"],
    [-0, "amount is at least 1 fen"],
    [-1, "amount is at least 1 fen"],
    [10_000_000_001, "amount is at most 10000000000 fen"],
    [2 ** 53, "amount is at most 10000000000 fen"],
    [Number.MAX_VALUE, "amount is at most 10000000000 fen"],
    [0.5, `${NOT_FEN}; fractions are not money`],
    [12.88, `${NOT_FEN}; fractions are not money`],
    [Number.NaN, NOT_FEN],
    [Number.POSITIVE_INFINITY, NOT_FEN],
    ["1288", NOT_FEN],
    ["", NOT_FEN],
    [null, NOT_FEN],
    [undefined, NOT_FEN],
    [true, NOT_FEN],
    [1288n, NOT_FEN],
    [[1288], NOT_FEN],
    [{ valueOf: 1288 }, NOT_FEN],
  ])("refuses the amount %s", (amount, message) => {
    expect(refusals({ amount })[0]).toBe(`amount: ${message}`);
  });

  it.each([
    ["an emoji", "coffee 🙂"],
    ["a character of four bytes", "𠮷野家"],
    ["NUL", "a\u0000b"],
    ["a line break", "a\nb"],
    ["a tab", "a\tb"],
    ["DEL", "a\u007fb"],
    ["a C1 control", "a\u0085b"],
    ["a line separator", "a\u2028b"],
    ["a paragraph separator", "a\u2029b"],
    ["a lone high surrogate", "a\ud83d"],
    ["a lone low surrogate", "\ude42a"],
    ["surrogates the wrong way round", "a\ude42\ud83d"],
  ])("refuses a subject with %s", (_what, subject) => {
    expect(refusals({ subject })).toEqual([`subject: ${BAD_CHARACTER}`]);
  });

  it.each([
    ["spaces", "   "],
    ["wide spaces", "\u3000\u00a0"],
    ["zero-width characters", "\u200b\u200d\ufeff"],
    ["direction marks", "\u202e\u200f"],
  ])("refuses a subject of nothing but %s", (_what, subject) => {
    expect(refusals({ subject })).toEqual(["subject: subject is blank"]);
  });

  it("refuses an empty, an over-long and a missing subject", () => {
    expect(refusals({ subject: "" })[0]).toBe("subject: subject is empty");
    expect(refusals({ subject: "长".repeat(128) })).toEqual(["subject: subject has at most 127 characters"]);
    expect(refusals({ subject: "x".repeat(1_000_000) })).toEqual(["subject: subject has at most 127 characters"]);
    expect(refusalsOf(createPaymentInputSchema, orderWithoutSubject)).toEqual([
      "subject: Invalid input: expected string, received undefined",
    ]);
  });

  it.each([
    "",
    " ",
    "a b",
    "a\n",
    "a/b",
    "a'b",
    "订单",
    "o\u0000",
    "１",
    "😀",
    "x".repeat(65),
    "%",
    "../../etc/passwd",
  ])("refuses the order number %j", (orderNo) => {
    expect(refusals({ orderNo })).toEqual([`orderNo: ${BAD_ORDER_NO}`]);
  });

  it.each(["", "1234567", "k".repeat(65), "key with space", "key\n12345678", "12345678\n", "键键键键键键键键"])(
    "refuses the idempotency key %j",
    (idempotencyKey) => {
      expect(refusals({ idempotencyKey })).toEqual([`idempotencyKey: ${BAD_KEY}`]);
    },
  );

  it.each(["", "A1", PAYMENT_NO, order.accountNo.toLowerCase(), `${order.accountNo}\n`, `${order.accountNo}0`])(
    "refuses the account number %j",
    (accountNo) => {
      expect(refusals({ accountNo })).toEqual(["accountNo: not a payhub account number"]);
    },
  );

  it.each<[unknown, string]>([
    [59, "expiresIn is at least 60 seconds"],
    [0, "expiresIn is at least 60 seconds"],
    [-900, "expiresIn is at least 60 seconds"],
    [7201, "expiresIn is at most 7200 seconds"],
    [900_000, "expiresIn is at most 7200 seconds"],
    [60.5, "expiresIn is a whole number of seconds"],
    ["900", "Invalid input: expected number, received string"],
    [null, "Invalid input: expected number, received null"],
  ])("refuses to expire in %s", (expiresIn, message) => {
    expect(refusals({ expiresIn })).toEqual([`expiresIn: ${message}`]);
  });

  it.each(["telepathy", "QR", "", null, "toString", "__proto__"])("refuses the scene %s", (scene) => {
    expect(refusals({ scene })).toEqual([expect.stringMatching(/^scene: .*"qr"\|"barcode"/)]);
  });

  it("names every bad field at once", () => {
    const paths = refusals({ amount: 0, subject: "", orderNo: "", scene: "x" }).map((text) => text.split(":")[0]);
    expect(new Set(paths)).toEqual(new Set(["amount", "subject", "orderNo", "scene"]));
  });

  it.each(["amuont", "constructor", "prototype", "toString", "hasOwnProperty"])("refuses the unknown key %s", (key) => {
    expect(refusals({ [key]: { amount: 1 } })).toEqual([`: Unrecognized key: "${key}"`]);
  });

  it("refuses __proto__ as a key, and lends nobody its fields", () => {
    const input: unknown = JSON.parse(
      JSON.stringify(order).replace("{", '{"__proto__":{"polluted":1,"expiresIn":60},'),
    );
    expect(refusalsOf(createPaymentInputSchema, input)).toEqual([': Unrecognized key: "__proto__"']);
    const lent: unknown = JSON.parse(`{"__proto__":${JSON.stringify(order)}}`);
    expect(refusalsOf(createPaymentInputSchema, lent).length).toBeGreaterThan(1);
    expect("polluted" in {}).toBe(false);
  });

  it.each([null, undefined, 1, "text", [], [order], true])("refuses %j for an order", (input) => {
    expect(refusalsOf(createPaymentInputSchema, input)).toEqual([
      expect.stringMatching(/^: Invalid input: expected object/),
    ]);
  });
});

describe.each([
  ["payments.get", getPaymentInputSchema, {}],
  ["payments.close", closePaymentInputSchema, { idempotencyKey: "12345678" }],
])("%s", (_name, schema, rest) => {
  it("takes payhub's number or the business's own", () => {
    expect(schema.parse({ ...rest, paymentNo: PAYMENT_NO })).toEqual({ ...rest, paymentNo: PAYMENT_NO });
    expect(schema.parse({ ...rest, orderNo: "order-1" })).toEqual({ ...rest, orderNo: "order-1" });
  });

  it.each<[string, object, string]>([
    ["neither", {}, ": give either paymentNo or orderNo"],
    ["both", { paymentNo: PAYMENT_NO, orderNo: "order-1" }, ": give either paymentNo or orderNo"],
    ["another kind of number", { paymentNo: `T${PAYMENT_NO.slice(1)}` }, "paymentNo: not a payhub payment number"],
    ["a hostile order number", { orderNo: "' or 1=1 --" }, `orderNo: ${BAD_ORDER_NO}`],
    ["null", { paymentNo: null }, "paymentNo: Invalid input: expected string, received null"],
    ["an unknown key", { paymentNo: PAYMENT_NO, appId: "APP1" }, ': Unrecognized key: "appId"'],
  ])("refuses %s", (_what, ref, message) => {
    expect(refusalsOf(schema, { ...rest, ...ref })).toEqual([message]);
  });
});

it("payments.close needs an idempotency key", () => {
  expect(refusalsOf(closePaymentInputSchema, { orderNo: "order-1" })[0]).toMatch(/^idempotencyKey: /);
  expect(refusalsOf(closePaymentInputSchema, { orderNo: "order-1", idempotencyKey: "short" })).toEqual([
    `idempotencyKey: ${BAD_KEY}`,
  ]);
});

describe("payments.list", () => {
  const BAD_TIME = "a time is ISO 8601 with an offset, such as 2026-11-21T08:00:00+08:00";

  it("lists fifty unless told", () => {
    expect(listPaymentsInputSchema.parse({})).toEqual({ limit: 50 });
  });

  it.each<object>([
    { limit: 1 },
    { limit: 200 },
    { status: "created" },
    { cursor: "0" },
    { cursor: "9".repeat(18) },
    { createdFrom: "2026-11-21T08:00:00+08:00", createdTo: "2026-11-21T00:00:00.123Z" },
    { createdFrom: "2028-02-29T00:00:00-05:30" },
  ])("takes %j", (input) => {
    expect(refusalsOf(listPaymentsInputSchema, input)).toEqual([]);
  });

  it.each<[object, string]>([
    [{ limit: 0 }, "limit: Too small: expected number to be >=1"],
    [{ limit: 201 }, "limit: Too big: expected number to be <=200"],
    [{ limit: 1.5 }, "limit: Invalid input: expected int, received number"],
    [{ limit: "50" }, "limit: Invalid input: expected number, received string"],
    [{ cursor: "" }, "cursor: cursor is what nextCursor held"],
    [{ cursor: "-1" }, "cursor: cursor is what nextCursor held"],
    [{ cursor: "1\n" }, "cursor: cursor is what nextCursor held"],
    [{ cursor: "9".repeat(19) }, "cursor: cursor is what nextCursor held"],
    [{ createdFrom: "2026-11-21" }, `createdFrom: ${BAD_TIME}`],
    [{ createdFrom: "2026-11-21T08:00:00" }, `createdFrom: ${BAD_TIME}`],
    [{ createdFrom: "2026-02-30T08:00:00Z" }, `createdFrom: ${BAD_TIME}`],
    [{ createdTo: "2026-11-21 08:00:00+08:00" }, `createdTo: ${BAD_TIME}`],
    [{ createdTo: 1_795_219_200_000 }, `createdTo: ${BAD_TIME}`],
    [{ status: "paid" }, 'status: Invalid option: expected one of "created"|"succeeded"|"failed"|"closed"'],
    [{ appId: "APP1" }, ': Unrecognized key: "appId"'],
  ])("refuses %j", (input, message) => {
    expect(refusalsOf(listPaymentsInputSchema, input)).toEqual([message]);
  });
});

describe("payments.watch", () => {
  it("takes a payment number and nothing else", () => {
    expect(refusalsOf(watchPaymentInputSchema, { paymentNo: PAYMENT_NO })).toEqual([]);
    expect(refusalsOf(watchPaymentInputSchema, { paymentNo: "P1" })).toEqual([
      "paymentNo: not a payhub payment number",
    ]);
    expect(refusalsOf(watchPaymentInputSchema, { orderNo: "order-1" })).toHaveLength(2);
  });
});
