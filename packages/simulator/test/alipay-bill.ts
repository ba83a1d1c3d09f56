import { buffer } from "node:stream/consumers";
import { crc32 } from "node:zlib";
import { fromBufferPromise } from "yauzl";
import type { AlipayBench } from "./alipay-bench.ts";

type BillType = "trade" | "signcustomer";

/** A file of an archive, as an independent reader finds it. */
export interface UnzippedFile {
  name: string;
  text: string;
  sizeBytes: number;
  /** Whether its name says to be UTF-8. */
  isUtf8: boolean;
  /** As the archive has it, in no zone. */
  writtenAt: string;
  /** False when it cannot be unpacked, or not to what the checksum says. */
  isIntact: boolean;
}

/** Asks for the link to a bill. */
export function askBill(
  bench: AlipayBench,
  billDate: string,
  billType: BillType = "trade",
): Promise<Record<string, unknown>> {
  return bench.exec("alipay.data.dataservice.bill.downloadurl.query", { bill_type: billType, bill_date: billDate });
}

/** Asks for a bill and downloads it at once. */
export async function downloadBill(bench: AlipayBench, billDate: string, billType?: BillType): Promise<Buffer> {
  const { bill_download_url: url } = await askBill(bench, billDate, billType);
  return Buffer.from(await (await fetch(String(url))).arrayBuffer());
}

/** The detail and the summary of a bill. */
export async function readBill(bench: AlipayBench, billDate: string, billType?: BillType) {
  const files = await unzip(await downloadBill(bench, billDate, billType));
  const [detail, summary] = files.toSorted((a, b) => a.name.length - b.name.length);
  if (!detail || !summary) throw new Error(`an archive of ${files.length} files`);
  return { detail, summary };
}

/** The cells of the detail without their tabs, by column; for bills without quotes. */
export async function readRows(bench: AlipayBench, billDate: string, billType?: BillType) {
  const { detail } = await readBill(bench, billDate, billType);
  const lines = detail.text.split("\r\n").filter((line) => line !== "" && !line.startsWith("#"));
  const [columns = [], ...rows] = lines.map((line) => line.split(",").map((cell) => cell.trim()));
  return rows.map((cells) => Object.fromEntries(columns.map((column, index) => [column, cells[index]])));
}

/** The files of an archive in its order. */
export async function unzip(archive: Buffer): Promise<UnzippedFile[]> {
  const zip = await fromBufferPromise(archive, { lazyEntries: true, decodeStrings: false });
  const gbk = new TextDecoder("gbk", { fatal: true });
  const files: UnzippedFile[] = [];
  for await (const entry of zip.eachEntry()) {
    const bytes = await zip
      .openReadStreamPromise(entry)
      .then(buffer)
      .catch(() => undefined);
    const isIntact = bytes !== undefined && crc32(bytes) === entry.crc32;
    files.push({
      name: gbk.decode(entry.fileNameRaw),
      text: isIntact && bytes.length < 1_000_000 ? gbk.decode(bytes) : "",
      sizeBytes: entry.uncompressedSize,
      isUtf8: (entry.generalPurposeBitFlag & 0x800) !== 0,
      writtenAt: entry.getLastModDate({ timezone: "UTC" }).toISOString().slice(0, 19),
      isIntact,
    });
  }
  return files;
}
