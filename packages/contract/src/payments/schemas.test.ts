import { SCENES, type Scene } from "@payhub/domain";
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
const UNKNOWN_SCENE = "scene is one of qr, barcode, jsapi, miniprogram, app, h5, pc, face";
const BAD_OPENID = "openid is the payer's id at the channel, 8 to 128 letters, digits, _ or -";
const BAD_AUTH_CODE = "authCode is what the payer shows, 16 to 64 letters, digits, _ or -";
const BAD_STORE_NO = "storeNo is the store's number, 1 to 32 letters, digits, _ or -";
const BAD_CLIENT_IP = "clientIp is the payer's IPv4 or IPv6 address";
const BAD_RETURN_URL =
  "returnUrl is an http(s) address without spaces; other characters than ASCII are percent-encoded";

/** What each scene needs beside the order, with what is filled in when it is left out. */
const SCENE_NEEDS: Record<Scene, { needs: Record<string, unknown>; filledIn: Record<string, unknown> }> = {
  qr: { needs: {}, filledIn: { expiresIn: 900 } },
  barcode: { needs: { authCode: "130000000000000001", storeNo: "store_1" }, filledIn: {} },
  face: { needs: { authCode: "fp-0123456789abcdef", storeNo: "1" }, filledIn: {} },
  jsapi: { needs: { openid: "oUpF8uMuAJO_M2pxb1Q9zNjWeS6o" }, filledIn: { expiresIn: 900 } },
  miniprogram: { needs: { openid: "2088102146225135" }, filledIn: { expiresIn: 900 } },
  app: { needs: {}, filledIn: { expiresIn: 900 } },
  h5: { needs: { clientIp: "203.0.113.7" }, filledIn: { expiresIn: 900 } },
  pc: { needs: { returnUrl: "https://shop.example.com/paid?o=1" }, filledIn: { expiresIn: 900, pageMethod: "get" } },
};

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

  it.each(["telepathy", "QR", "", null, undefined, 1, ["qr"], "toString", "__proto__"])(
    "refuses the scene %j, whose other fields nobody can judge",
    (scene) => {
      expect(refusals({ scene, amount: 0 })).toEqual([`scene: ${UNKNOWN_SCENE}`]);
    },
  );

  it("refuses an order without a scene", () => {
    const { scene: _scene, ...rest } = order;
    expect(refusalsOf(createPaymentInputSchema, rest)).toEqual([`scene: ${UNKNOWN_SCENE}`]);
  });

  it.each<[Scene, string[]]>([
    ["qr", []],
    ["pc", ["returnUrl", "pageMethod"]],
    ["jsapi", ["openid"]],
    ["barcode", ["authCode", "storeNo"]],
  ])("names every bad field of %s at once", (scene, more) => {
    const bad = { amount: 0, subject: "", orderNo: "", ...Object.fromEntries(more.map((field) => [field, "!"])) };
    const paths = refusals({ ...bad, scene }).map((text) => text.split(":")[0]);
    expect(new Set(paths)).toEqual(new Set(["amount", "subject", "orderNo", ...more]));
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
    expect(refusalsOf(createPaymentInputSchema, lent)).toEqual([`scene: ${UNKNOWN_SCENE}`]);
    expect("polluted" in {}).toBe(false);
  });

  it.each([null, undefined, 1, "text", [], [order], true])("refuses %j for an order", (input) => {
    expect(refusalsOf(createPaymentInputSchema, input)).toEqual([
      expect.stringMatching(/^: Invalid input: expected object/),
    ]);
  });
});

describe.each(SCENES)("payments.create by %s", (scene) => {
  const { needs, filledIn } = SCENE_NEEDS[scene];
  const refusals = (changes: object) => refusalsOf(createPaymentInputSchema, { ...order, scene, ...needs, ...changes });

  it("takes what the scene needs, and fills in the rest", () => {
    const input = { ...order, scene, ...needs };
    expect(createPaymentInputSchema.parse(input)).toEqual({ ...input, ...filledIn });
  });

  it("needs all of it", () => {
    for (const field of Object.keys(needs)) {
      expect(refusals({ [field]: undefined })).toEqual([expect.stringMatching(`^${field}: ${field} is `)]);
      expect(refusals({ [field]: null })).toEqual([expect.stringMatching(`^${field}: ${field} is `)]);
    }
  });

  it("refuses what it does not need", () => {
    const optional = scene === "h5" ? ["returnUrl"] : [];
    const fields = new Set(["openid", "authCode", "storeNo", "clientIp", "returnUrl", "pageMethod", "expiresIn"]);
    for (const own of [...Object.keys(needs), ...Object.keys(filledIn), ...optional]) fields.delete(own);
    for (const field of fields) expect(refusals({ [field]: "x" })).toEqual([`: Unrecognized key: "${field}"`]);
  });
});

it.each<[Scene, object, string]>([
  ["jsapi", { openid: "" }, `openid: ${BAD_OPENID}`],
  ["jsapi", { openid: "short" }, `openid: ${BAD_OPENID}`],
  ["jsapi", { openid: "o".repeat(129) }, `openid: ${BAD_OPENID}`],
  ["miniprogram", { openid: "o'; drop table" }, `openid: ${BAD_OPENID}`],
  ["miniprogram", { openid: 2088102146225135 }, `openid: ${BAD_OPENID}`],
  ["barcode", { authCode: "13000000000000000 1" }, `authCode: ${BAD_AUTH_CODE}`],
  ["barcode", { authCode: 130000000000000000 }, `authCode: ${BAD_AUTH_CODE}`],
  ["barcode", { authCode: "1".repeat(65) }, `authCode: ${BAD_AUTH_CODE}`],
  ["barcode", { storeNo: "" }, `storeNo: ${BAD_STORE_NO}`],
  ["face", { storeNo: "上海" }, `storeNo: ${BAD_STORE_NO}`],
  ["face", { storeNo: "s".repeat(33) }, `storeNo: ${BAD_STORE_NO}`],
  ["h5", { clientIp: "999.1.1.1" }, `clientIp: ${BAD_CLIENT_IP}`],
  ["h5", { clientIp: "203.0.113.7, 10.0.0.1" }, `clientIp: ${BAD_CLIENT_IP}`],
  ["h5", { clientIp: "localhost" }, `clientIp: ${BAD_CLIENT_IP}`],
  ["h5", { returnUrl: "javascript:alert(1)" }, `returnUrl: ${BAD_RETURN_URL}`],
  ["pc", { returnUrl: "" }, `returnUrl: ${BAD_RETURN_URL}`],
  ["pc", { returnUrl: "//shop.example.com" }, `returnUrl: ${BAD_RETURN_URL}`],
  ["pc", { returnUrl: "https://" }, `returnUrl: ${BAD_RETURN_URL}`],
  ["pc", { returnUrl: "https://[::1" }, `returnUrl: ${BAD_RETURN_URL}`],
  ["pc", { returnUrl: "https://shop.example.com/a\nb" }, `returnUrl: ${BAD_RETURN_URL}`],
  ["pc", { returnUrl: " https://shop.example.com/" }, `returnUrl: ${BAD_RETURN_URL}`],
  ["pc", { returnUrl: "https://shop.example.com/订单" }, `returnUrl: ${BAD_RETURN_URL}`],
  ["pc", { returnUrl: `https://a.b/${"x".repeat(1_000_000)}` }, "returnUrl: returnUrl has at most 255 characters"],
  ["pc", { pageMethod: "PUT" }, "pageMethod: pageMethod is get or post"],
])("payments.create by %s refuses %j", (scene, changes, message) => {
  const input = { ...order, scene, ...SCENE_NEEDS[scene].needs, ...changes };
  expect(refusalsOf(createPaymentInputSchema, input)).toEqual([message]);
});

it.each<[Scene, object]>([
  ["h5", { clientIp: "2001:db8::1" }],
  ["h5", { returnUrl: "http://shop.example.com/paid#done" }],
  ["pc", { pageMethod: "post" }],
  ["pc", { returnUrl: `https://a.b/${"x".repeat(243)}` }],
  ["barcode", { authCode: "2".repeat(16) }],
  ["face", { authCode: "f".repeat(64) }],
])("payments.create by %s takes %j", (scene, changes) => {
  const input = { ...order, scene, ...SCENE_NEEDS[scene].needs, ...changes };
  expect(refusalsOf(createPaymentInputSchema, input)).toEqual([]);
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
