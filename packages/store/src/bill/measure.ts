import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { BillStoreError, type KeptBill } from "./bill-store.ts";

/** What S3 takes in one request; no store keeps more. */
const MAX_SIZE_BYTES = 5 * 1024 ** 3;

/** Digests bytes as they pass; `through` throws `BillStoreError` once there are more than `maxBytes`. */
export interface Measure {
  through(source: AsyncIterable<Buffer>): AsyncGenerator<Buffer>;
  /** What passed; to be called once. */
  result(): KeptBill;
}

/** A measure for one stream. */
export function createMeasure(maxBytes = MAX_SIZE_BYTES): Measure {
  const hash = createHash("sha256");
  let sizeBytes = 0;
  return {
    async *through(source) {
      for await (const chunk of source) {
        sizeBytes += chunk.length;
        if (sizeBytes > maxBytes) throw new BillStoreError("too_large", `a bill has more than ${maxBytes} bytes`);
        hash.update(chunk);
        yield chunk;
      }
    },
    result: () => ({ digest: hash.digest("hex"), sizeBytes }),
  };
}

const READ_BYTES = 256 * 1024;

/** The bytes of a file, in pieces that are quick to digest. */
export function readFileBytes(path: string): AsyncIterable<Buffer> {
  return createReadStream(path, { highWaterMark: READ_BYTES });
}

/** Digests a file; rejects as reading it does. */
export async function measureFile(path: string): Promise<KeptBill> {
  const measure = createMeasure();
  for await (const _ of measure.through(readFileBytes(path)));
  return measure.result();
}
