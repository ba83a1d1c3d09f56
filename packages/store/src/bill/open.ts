import { fileURLToPath } from "node:url";
import type { Clock } from "@payhub/domain";
import type { BillStore } from "./bill-store.ts";
import { directoryBillStore } from "./directory.ts";
import { s3BillStore } from "./s3.ts";
import { parseS3Address } from "./s3-address.ts";

const DEFAULT_IDLE_TIMEOUT_MS = 20_000;

/** Where bills are kept. */
export interface BillStoreOptions {
  /** `file:/var/lib/payhub/bills` or `s3://bucket/prefix?region=…&endpoint=https://…&pathStyle=true`. */
  url: string;
  /** Says when scratch directories are old. */
  clock: Clock;
  /** Both needed for S3. */
  accessKeyId?: string;
  secretAccessKey?: string;
  /** How long S3 may say nothing, default 20 s; a call is tried three times. */
  idleTimeoutMs?: number;
}

/** Opens a bill store and sweeps old scratch; S3 is not called yet. Throws an `Error` without secrets on a wrong address. */
export async function openBillStore(options: BillStoreOptions): Promise<BillStore> {
  const { url, clock, accessKeyId, secretAccessKey, idleTimeoutMs = DEFAULT_IDLE_TIMEOUT_MS } = options;
  if (url.startsWith("file:")) return directoryBillStore(parseDirectory(url), clock);
  if (!url.startsWith("s3:") || !URL.canParse(url))
    throw new Error("a bill store's address starts with file:/ or s3://");
  const address = parseS3Address(new URL(url));
  if (!accessKeyId || !secretAccessKey) throw new Error("an S3 bill store needs an access key and its secret");
  return s3BillStore({ address, clock, accessKeyId, secretAccessKey, idleTimeoutMs });
}

const ABSOLUTE = /^file:(\/\/)?\/[^/?#][^?#]*$/;

function parseDirectory(url: string): string {
  if (!ABSOLUTE.test(url)) throw new Error("a bill store's directory is an absolute path below the root: file:/path");
  return fileURLToPath(new URL(url));
}
