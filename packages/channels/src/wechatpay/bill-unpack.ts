import { open } from "node:fs/promises";
import { PassThrough, pipeline } from "node:stream";
import { createGunzip } from "node:zlib";
import { BillUnreadable } from "../channel.ts";
import { isGzip } from "./bill-check.ts";
import type { BillLimits } from "./bill-limits.ts";

const CHUNK_BYTES = 256 * 1024;
// The next pieces are unpacked while one is read.
const AHEAD_BYTES = 4 * CHUNK_BYTES;

/** The contents of a fetched bill, unpacked when it is packed; throws `BillUnreadable` for a broken archive and beyond the limits. */
export async function* contentsOf(path: string, { plainBytes }: BillLimits): AsyncGenerator<Buffer> {
  let size = 0;
  for await (const chunk of await openPlain(path)) {
    size += chunk.length;
    if (size > plainBytes) throw new BillUnreadable("its contents are too large");
    yield chunk;
  }
}

async function openPlain(path: string): Promise<AsyncIterable<Buffer>> {
  const file = await open(path);
  const head = Buffer.alloc(2);
  const { bytesRead } = await file.read(head, 0, head.length, 0);
  const source = file.createReadStream({ start: 0, highWaterMark: CHUNK_BYTES });
  if (!isGzip(head.subarray(0, bytesRead))) return source;
  const gunzip = createGunzip({ chunkSize: CHUNK_BYTES });
  const ahead = new PassThrough({ highWaterMark: AHEAD_BYTES });
  pipeline(source, gunzip, ahead, () => undefined);
  return unpacked(ahead);
}

async function* unpacked(contents: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  try {
    for await (const chunk of contents) yield chunk;
  } catch (error) {
    const code = error instanceof Error && "code" in error ? String(error.code) : "";
    throw code.startsWith("Z_") ? new BillUnreadable(`its archive is broken: ${code}`, { cause: error }) : error;
  }
}
