import { crc32 } from "node:zlib";
import { type Entry, openPromise, type ZipFile } from "yauzl";
import { BillUnreadable } from "../channel.ts";

/** How large an archive may claim to be; a claim that its contents break is refused as well. */
export interface ArchiveLimits {
  maxEntries: number;
  /** Bytes of all entries together, uncompressed. */
  maxBytes: number;
  /** Uncompressed over compressed bytes of one entry. */
  maxRatio: number;
}

/** A day's bill has two files, a large one some parts more. */
export const ARCHIVE_LIMITS: ArchiveLimits = { maxEntries: 20, maxBytes: 8 * 1024 ** 3, maxRatio: 200 };

/** One file of an archive; its name is for people alone. */
export interface ArchiveFile {
  name: string;
  /** Its bytes as a stream; throws {@link BillUnreadable} when they are not what the archive promises. */
  read(): AsyncIterable<Uint8Array>;
}

/** An archive that is open for reading. */
export interface Archive {
  files: readonly ArchiveFile[];
  close(): void;
}

/** Opens a zip archive and checks its directory against the limits before any file is read; throws {@link BillUnreadable}. */
export async function openArchive(path: string, limits: ArchiveLimits = ARCHIVE_LIMITS): Promise<Archive> {
  // Names stay bytes: the library refuses what looks like a path, and reads GBK as code page 437.
  const options = { lazyEntries: true, autoClose: false, decodeStrings: false, validateEntrySizes: true };
  const zip = await openPromise(path, options).catch(rethrow);
  try {
    const entries = await readDirectory(zip, limits);
    return { files: entries.map((entry) => fileOf(zip, entry)), close: () => zip.close() };
  } catch (error) {
    zip.close();
    return rethrow(error);
  }
}

async function readDirectory(zip: ZipFile, { maxEntries, maxBytes, maxRatio }: ArchiveLimits): Promise<Entry[]> {
  if (zip.entryCount > maxEntries) throw new BillUnreadable(`an archive of ${zip.entryCount} files`);
  const entries: Entry[] = [];
  let bytes = 0;
  for await (const entry of zip.eachEntry()) {
    const name = nameOf(entry);
    if (entry.isEncrypted()) throw new BillUnreadable(`${name}: encrypted`);
    if (!entry.canDecodeFileData()) throw new BillUnreadable(`${name}: compressed in an unknown way`);
    if (entry.uncompressedSize > entry.compressedSize * maxRatio) {
      throw new BillUnreadable(`${name}: ${entry.uncompressedSize} bytes out of ${entry.compressedSize}`);
    }
    bytes += entry.uncompressedSize;
    if (bytes > maxBytes) throw new BillUnreadable(`an archive of more than ${maxBytes} bytes`);
    if (!name.endsWith("/")) entries.push(entry);
  }
  return entries;
}

function fileOf(zip: ZipFile, entry: Entry): ArchiveFile {
  const name = nameOf(entry);
  return { name, read: () => checkedBytes(zip, entry, name) };
}

async function* checkedBytes(zip: ZipFile, entry: Entry, name: string): AsyncGenerator<Uint8Array> {
  let checksum = 0;
  try {
    const stream: AsyncIterable<Buffer> = await zip.openReadStreamPromise(entry);
    for await (const chunk of stream) {
      checksum = crc32(chunk, checksum);
      yield chunk;
    }
  } catch (error) {
    rethrow(error);
  }
  if (checksum !== entry.crc32) throw new BillUnreadable(`${name}: its checksum is wrong`);
}

const MAX_NAME_LENGTH = 100;
const IS_UTF8 = 1 << 11;

/** Alipay writes names in GBK without saying so. */
function nameOf({ fileNameRaw, generalPurposeBitFlag }: Entry): string {
  const encoding = (generalPurposeBitFlag & IS_UTF8) === 0 ? "gbk" : "utf-8";
  const name = new TextDecoder(encoding).decode(fileNameRaw.subarray(0, MAX_NAME_LENGTH));
  return name.replace(/[\p{Cc}\p{Cf}]/gu, "");
}

/** What the archive is to blame for is unreadable; a fault of the disk stays what it is. */
function rethrow(error: unknown): never {
  if (error instanceof BillUnreadable || !(error instanceof Error) || "syscall" in error) throw error;
  throw new BillUnreadable(`no whole zip archive: ${error.message.slice(0, 200)}`, { cause: error });
}
