import { createReadStream, createWriteStream } from "node:fs";
import { rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import {
  GetObjectCommand,
  HeadObjectCommand,
  PutObjectCommand,
  S3Client,
  S3ServiceException,
} from "@aws-sdk/client-s3";
import type { Clock } from "@payhub/domain";
import { type BillStore, BillStoreError, checkDigest, type KeptBill } from "./bill-store.ts";
import { createMeasure, measureFile } from "./measure.ts";
import type { S3Address } from "./s3-address.ts";
import { openScratches } from "./scratch.ts";

const CONNECT_TIMEOUT_MS = 5_000;
/** How long one transfer may take, however steadily it goes. */
const TRANSFER_TIMEOUT_MS = 900_000;
const MAX_ATTEMPTS = 3;
const MAX_SOCKETS = 8;

/** What an S3 store is opened with. */
export interface S3Options {
  address: S3Address;
  accessKeyId: string;
  secretAccessKey: string;
  clock: Clock;
  /** How long the server may say nothing. */
  idleTimeoutMs: number;
}

/** Bills in an S3-compatible store, which makes an object visible only when all its bytes came; scratch is in the system's own. */
export async function s3BillStore(options: S3Options): Promise<BillStore> {
  const { bucket, prefix } = options.address;
  const client = openClient(options);
  const scratches = openScratches(tmpdir(), options.clock);
  await scratches.sweep();
  const objectOf = (digest: string) => ({ Bucket: bucket, Key: prefix + digest });
  const signal = () => ({ abortSignal: AbortSignal.timeout(TRANSFER_TIMEOUT_MS) });

  async function has({ digest, sizeBytes }: KeptBill): Promise<boolean> {
    try {
      const head = await client.send(new HeadObjectCommand(objectOf(digest)), signal());
      return head.ContentLength === sizeBytes;
    } catch (error) {
      if (error instanceof S3ServiceException && error.$metadata.httpStatusCode === 404) return false;
      throw unavailable("looking for", digest, error);
    }
  }

  async function put(path: string, { digest, sizeBytes }: KeptBill): Promise<void> {
    const body = createReadStream(path);
    const command = new PutObjectCommand({ ...objectOf(digest), Body: body, ContentLength: sizeBytes });
    // Signs the bytes themselves: the server refuses others than were measured.
    command.middlewareStack.add(
      (next) => (args) => {
        const { request } = args;
        if (typeof request === "object" && request && "headers" in request && request.headers) {
          Object.assign(request.headers, { "x-amz-content-sha256": digest });
        }
        return next(args);
      },
      { step: "build", name: "signBillDigest" },
    );
    try {
      await client.send(command, signal());
    } catch (error) {
      throw unavailable("storing", digest, error);
    } finally {
      body.destroy();
    }
  }

  async function get(digest: string, path: string): Promise<KeptBill> {
    const measure = createMeasure();
    try {
      const { Body: body } = await client.send(new GetObjectCommand(objectOf(digest)), signal());
      if (!(body instanceof Readable)) throw new TypeError("an answer without a stream");
      const file = createWriteStream(path, { flags: "wx", mode: 0o400 });
      await pipeline(measure.through(body), file, { signal: AbortSignal.timeout(TRANSFER_TIMEOUT_MS) });
      return measure.result();
    } catch (error) {
      if (error instanceof BillStoreError) throw error;
      const isMissing = error instanceof S3ServiceException && error.name === "NoSuchKey";
      if (isMissing) throw new BillStoreError("missing", `there is no bill ${digest}`);
      throw unavailable("fetching", digest, error);
    }
  }

  return {
    async keep(path) {
      const kept = await measureFile(path);
      if (!(await has(kept))) await put(path, kept);
      await rm(path);
      return kept;
    },
    async open(digest) {
      checkDigest(digest);
      const scratch = await scratches.make();
      try {
        const path = join(scratch.directory, "bill");
        const found = await get(digest, path);
        if (found.digest !== digest) throw new BillStoreError("damaged", `bill ${digest} has other bytes now`);
        return { path, release: () => scratch.remove() };
      } catch (error) {
        await scratch.remove();
        throw error;
      }
    },
    scratch: () => scratches.make(),
    async close() {
      client.destroy();
    },
  };
}

function openClient({ address, accessKeyId, secretAccessKey, idleTimeoutMs }: S3Options): S3Client {
  return new S3Client({
    region: address.region,
    ...(address.endpoint !== null && { endpoint: address.endpoint }),
    forcePathStyle: address.pathStyle,
    credentials: { accessKeyId, secretAccessKey },
    // S3-compatible stores know neither the newer checksums nor the waiting for a word before the body.
    requestChecksumCalculation: "WHEN_REQUIRED",
    responseChecksumValidation: "WHEN_REQUIRED",
    expectContinueHeader: false,
    maxAttempts: MAX_ATTEMPTS,
    retryMode: "standard",
    // Its warnings would go to the console; what fails is thrown.
    logger: { trace() {}, debug() {}, info() {}, warn() {}, error() {} },
    requestHandler: {
      connectionTimeout: CONNECT_TIMEOUT_MS,
      socketTimeout: idleTimeoutMs,
      httpAgent: { maxSockets: MAX_SOCKETS },
      httpsAgent: { maxSockets: MAX_SOCKETS },
    },
  });
}

/** Only the error's name goes on: the client's errors carry requests with signatures. */
function unavailable(doing: string, digest: string, error: unknown): BillStoreError {
  const name = error instanceof Error ? error.name : "unknown";
  const status = error instanceof S3ServiceException ? ` ${error.$metadata.httpStatusCode ?? ""}` : "";
  return new BillStoreError("unavailable", `S3 failed at ${doing} bill ${digest}: ${name}${status}`);
}
