import { PayhubError } from "@payhub/domain";
import type { StatementFilter } from "@payhub/store";
import type { ServiceContext, Viewer } from "../../context.ts";
import { type DifferencesWanted, filterFor } from "../work-list/list.ts";
import { appSeenBy } from "../work-list/see.ts";
import { differencesTable } from "./differences-table.ts";
import { statementTable } from "./statement-table.ts";
import type { ExportLanguage, Table } from "./table.ts";
import { writeCsv } from "./write-csv.ts";
import { writeXlsx } from "./write-xlsx.ts";

/** The kinds of files. */
export type ExportFormat = "csv" | "xlsx";

/** What is to be written, and how. */
export type ExportWanted = { format: ExportFormat; language: ExportLanguage } & (
  | ({ of: "statement" } & StatementFilter)
  | ({ of: "differences" } & DifferencesWanted)
);

/** A file for people. */
export interface ExportFile {
  fileName: string;
  contentType: string;
  bytes: Buffer;
}

const CONTENT_TYPES = {
  csv: "text/csv; charset=utf-8",
  xlsx: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
} as const satisfies Record<ExportFormat, string>;

const AT_ONCE = 2;
const RETRY_AFTER_MS = 5_000;
const running = new WeakMap<ServiceContext, number>();

/**
 * Writes a statement or a list of differences as a file; the same books give the same bytes. Of a business app its own orders only.
 * Refuses with `INVALID_INPUT` more than 50,000 rows, and with `RATE_LIMITED` while this process writes two others.
 */
export async function exportTable(ctx: ServiceContext, viewer: Viewer, wanted: ExportWanted): Promise<ExportFile> {
  const others = running.get(ctx) ?? 0;
  if (others >= AT_ONCE) {
    throw new PayhubError("RATE_LIMITED", `${AT_ONCE} exports are being written; wait a moment`, {
      details: { retryAfterMs: RETRY_AFTER_MS },
    });
  }
  running.set(ctx, others + 1);
  try {
    const table = await tableOf(ctx, viewer, wanted);
    const { format, language } = wanted;
    return {
      fileName: `${table.name}.${format}`,
      contentType: CONTENT_TYPES[format],
      bytes: await (format === "csv" ? writeCsv(table, language) : writeXlsx(table, language)),
    };
  } finally {
    running.set(ctx, (running.get(ctx) ?? 1) - 1);
  }
}

function tableOf(ctx: ServiceContext, viewer: Viewer, wanted: ExportWanted): Promise<Table> {
  const { language } = wanted;
  if (wanted.of === "differences") {
    return differencesTable(ctx, viewer, { filter: filterFor(ctx, viewer, wanted), language });
  }
  return statementTable(ctx, { filter: { ...wanted, appId: appSeenBy(viewer, wanted.appId) }, language });
}
