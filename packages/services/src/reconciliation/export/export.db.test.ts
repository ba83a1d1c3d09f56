import { read, utils } from "@e965/xlsx";
import { insertDifferences } from "@payhub/store";
import { describeBackends, openPlatform, type TestPlatform } from "@payhub/testkit";
import { parse } from "csv-parse/sync";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { businessOf, CONSOLE, counted, found } from "../../../test/differences.ts";
import { codeOf, refusalOf } from "../../../test/support.ts";
import { assignDifference } from "../work-list/assign.ts";
import { noteDifference } from "../work-list/note.ts";
import { EXPORT_ROWS_AT_MOST } from "./differences-table.ts";
import { type ExportWanted, exportTable } from "./export.ts";

describeBackends("exportTable", (backend) => {
  let platform: TestPlatform;
  beforeAll(async () => {
    platform = await openPlatform(backend);
  });
  afterAll(() => platform.close());

  async function recordsOf(wanted: ExportWanted, viewer = CONSOLE): Promise<Record<string, string>[]> {
    const { bytes } = await exportTable(platform.ctx, viewer, wanted);
    return parse(bytes, { bom: true, columns: true });
  }

  describe("of differences", () => {
    const businessDay = "2026-11-20";
    const wanted = { of: "differences", fromDay: businessDay, toDay: businessDay, language: "zh-CN" } as const;
    beforeAll(async () => {
      await found(platform, { assignee: "wang" });
      await found(platform, {
        appId: null,
        differenceClass: "malformed_line",
        cause: "unreadable",
        delta: 0,
        billLine: null,
        bookSide: null,
        facts: { text: "=cmd|' /C calc'!A0", lineNo: 9, bill: "trade" },
      });
      await found(platform, { outTradeNo: "=1+1", appId: null, differenceState: "accepted", endedBy: "li" });
    });

    it("has one row each, in Chinese words, amounts in yuan, nothing a formula", async () => {
      const { fileName, contentType } = await exportTable(platform.ctx, CONSOLE, { ...wanted, format: "csv" });
      expect(fileName).toBe("payhub-differences-2026-11-20.csv");
      expect(contentType).toBe("text/csv; charset=utf-8");
      const records = await recordsOf({ ...wanted, format: "csv" });
      expect(records).toMatchObject([
        {
          账期: businessDay,
          差错类型: "金额不符",
          状态: "待处理",
          "差额（元，账单减账上）": "-0.88",
          账单行号: "7",
          "账单金额（元）": "12.00",
          账单时间: "2026-11-21T08:01:00.000+08:00",
          "账上金额（元）": "12.88",
          账上时间: "",
          负责人: "wang",
        },
        { 差错类型: "账单行无法识别", 账单行号: "", 补充信息: "bill=trade; lineNo=9; text==cmd|' /C calc'!A0" },
        { 状态: "已认可", 平台流水号: "'=1+1", 处理人: "li" },
      ]);
      const english = await recordsOf({ ...wanted, format: "csv", language: "en" });
      expect(english[0]).toMatchObject({ class: "amount_mismatch", state: "open", "bill kind": "payment" });
    });

    it("is the same in a workbook, amounts as numbers", async () => {
      const file = await exportTable(platform.ctx, CONSOLE, { ...wanted, format: "xlsx" });
      expect(file.fileName).toBe("payhub-differences-2026-11-20.xlsx");
      const sheet = read(file.bytes).Sheets.差错;
      if (!sheet) throw new Error("no sheet");
      expect(utils.sheet_to_json(sheet)).toMatchObject([
        { 差错类型: "金额不符", "差额（元，账单减账上）": -0.88, "账单金额（元）": 12, 平台流水号: expect.any(String) },
        { 差错类型: "账单行无法识别" },
        { 平台流水号: "=1+1" },
      ]);
    });

    it.each(["csv", "xlsx"] as const)("gives the same %s at another time", async (format) => {
      const first = await exportTable(platform.ctx, CONSOLE, { ...wanted, format });
      platform.clock.advance(86_400_000);
      const second = await exportTable(platform.ctx, CONSOLE, { ...wanted, format });
      expect(second.bytes.equals(first.bytes)).toBe(true);
    });

    it("holds a business app's own only, and not who works on them", async () => {
      const records = await recordsOf({ ...wanted, format: "csv" }, businessOf(platform));
      expect(records).toMatchObject([{ 应用端: platform.caller.appId, 负责人: "" }]);
      const foreign = exportTable(platform.ctx, businessOf(platform), { ...wanted, format: "csv", appId: "APP0" });
      expect(await codeOf(foreign)).toBe("FORBIDDEN");
    });

    it("writes two at a time in a process, and says so to a third", async () => {
      const one = () => exportTable(platform.ctx, CONSOLE, { ...wanted, format: "csv" });
      const outcomes = await Promise.allSettled([one(), one(), one()]);
      expect(outcomes.map(({ status }) => status)).toEqual(["fulfilled", "fulfilled", "rejected"]);
      expect(outcomes[2]).toMatchObject({ reason: { code: "RATE_LIMITED" } });
      expect((await one()).fileName).toMatch(/csv$/);
    });
  });

  it("takes 50,000 rows and no more", async () => {
    const { ctx } = platform;
    const businessDay = "2026-05-05";
    const { differenceNo: _, fingerprint: __, ...common } = await found(platform, { businessDay });
    const make = (at: number) => ({ ...common, differenceNo: `D${at}`, fingerprint: `${at}` });
    for (let from = 1; from < EXPORT_ROWS_AT_MOST; from += 500) {
      const rows = Array.from({ length: Math.min(500, EXPORT_ROWS_AT_MOST - from) }, (_one, at) => make(from + at));
      await ctx.store.transaction((tx) => insertDifferences(tx, rows, []));
    }
    const wanted = {
      of: "differences",
      format: "csv",
      language: "en",
      fromDay: businessDay,
      toDay: businessDay,
    } as const;
    expect(await recordsOf(wanted)).toHaveLength(EXPORT_ROWS_AT_MOST);
    await found(platform, { businessDay });
    expect(await refusalOf(exportTable(ctx, CONSOLE, wanted))).toMatchObject({
      code: "INVALID_INPUT",
      message: expect.stringContaining("narrow"),
    });
    expect(await recordsOf({ ...wanted, differenceClass: "missing_here" })).toEqual([]);
  }, 120_000);

  describe("of a statement", () => {
    const [fromDay, toDay] = ["2026-07-30", "2026-08-01"];
    const wanted = { of: "statement", fromDay, toDay, language: "zh-CN" } as const;
    beforeAll(async () => {
      await counted(platform, { businessDay: "2026-08-01", matchedCount: 3 });
      await counted(platform, { businessDay: "2026-07-30", bookRefundAmount: 300, bookRefundCount: 1 });
      await counted(platform, { businessDay: "2026-07-30", appId: "", bookPaymentAmount: 0, bookPaymentCount: 0 });
      await found(platform, { businessDay: "2026-08-01" });
      await found(platform, { businessDay: "2026-07-31", appId: null });
    });

    it("has a row for each day, account and app, and the total", async () => {
      const file = await exportTable(platform.ctx, CONSOLE, { ...wanted, format: "csv" });
      expect(file.fileName).toBe("payhub-statement-2026-07-30-2026-08-01.csv");
      const records = await recordsOf({ ...wanted, format: "csv" });
      const { appId } = platform.caller;
      expect(records).toMatchObject([
        { 账期: "2026-07-30", 应用端: "", "账上支付金额（元）": "0.00", "账上净额（元）": "-0.08" },
        { 账期: "2026-07-30", 应用端: appId, "账上退款金额（元）": "3.00", "账上净额（元）": "9.80" },
        { 账期: "2026-07-31", 应用端: "", 差错数: "1", 相符笔数: "0", "已解释（%）": "0" },
        { 账期: "2026-08-01", 应用端: appId, 差错数: "1", 待处理差错数: "1", "已解释（%）": "75" },
        { 账期: "合计", "账单支付金额（元）": "38.64", "手续费（元）": "0.24", 相符笔数: "5", "已解释（%）": "71.42" },
      ]);
      const own = await recordsOf({ ...wanted, format: "csv" }, businessOf(platform));
      expect(own.map((row) => row.账期)).toEqual(["2026-07-30", "2026-08-01", "合计"]);
    });

    it("does not change with what people write on its differences", async () => {
      const difference = await found(platform, { businessDay: "2026-08-01" });
      const first = await exportTable(platform.ctx, CONSOLE, { ...wanted, format: "xlsx" });
      const { differenceNo } = difference;
      await assignDifference(platform.ctx, { differenceNo, actor: "li", assignee: "wang" });
      await noteDifference(platform.ctx, { differenceNo, actor: "li", note: "asked" });
      const second = await exportTable(platform.ctx, CONSOLE, { ...wanted, format: "xlsx" });
      expect(second.bytes.equals(first.bytes)).toBe(true);
    });
  });
});
