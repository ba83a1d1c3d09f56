import { Uint8ArrayWriter, ZipWriter } from "@zip.js/zip.js";
import iconv from "iconv-lite";
import { beijingTime } from "./beijing-time.ts";

/** One file on its way into an archive: its uncompressed bytes in chunks, and at most how many they are. */
export type UnpackedFile = { name: string; chunks: Iterable<Uint8Array>; maxBytes: number };

const zip32Bytes = 0xffff_fffe;
const localHeaderBytes = 30;

/**
 * Packs files as Alipay does: names are GBK bytes, and no flag says so. The same files and time give the same bytes; of
 * `turnedFile`, one byte of the compressed data is another.
 */
export async function packBill(
  files: readonly UnpackedFile[],
  { writtenAt, turnedFile }: { writtenAt: number; turnedFile: string | undefined },
): Promise<Buffer> {
  const writer = new ZipWriter(new Uint8ArrayWriter(), {
    useWebWorkers: false,
    useUnicodeFileNames: false,
    encodeText: encodeGbk,
    extendedTimestamp: false,
    msDosCompatible: true,
    lastModDate: beijingWallClock(writtenAt),
  });
  let middle: number | undefined;
  for (const { name, chunks, maxBytes } of files) {
    const entry = await writer.add(name, ReadableStream.from(chunks), { zip64: maxBytes > zip32Bytes });
    if (name !== turnedFile) continue;
    middle = entry.offset + localHeaderBytes + encodeGbk(name).length + Math.floor(entry.compressedSize / 2);
  }
  const archive = Buffer.from(await writer.close());
  if (middle !== undefined) archive.writeUInt8(archive.readUInt8(middle) ^ 0xff, middle);
  return archive;
}

/** GBK; a character that it lacks becomes a question mark. */
export function encodeGbk(text: string): Buffer {
  return iconv.encode(text, "gbk");
}

/** Archives hold the time of the wall, whatever the zone of this process. */
function beijingWallClock(epochMs: number): Date {
  return new Date(beijingTime(epochMs).replace(" ", "T"));
}
