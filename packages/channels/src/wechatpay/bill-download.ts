import { open, rm } from "node:fs/promises";
import type { Dispatcher } from "undici";
import { z } from "zod";
import { BrokenDownload, broken, chunksOf } from "../broken-download.ts";
import type { BillOutcome } from "../channel.ts";
import type { BillAddress } from "./bill-address.ts";
import { BillCheck } from "./bill-check.ts";
import type { BillLimits } from "./bill-limits.ts";
import type { Line } from "./line.ts";
import { parseJson } from "./parse-json.ts";
import { signedHeaders } from "./send.ts";
import { declinedOf, isUnknownCode } from "./status.ts";

const MAX_ERROR_BYTES = 64 * 1024;

const errorSchema = z.object({ code: z.string().min(1).max(64) });

/** What a download came to; `expired`: a new address must be asked for. */
export type Downloaded = BillOutcome | { kind: "expired" };

export interface DownloadOptions {
  address: BillAddress;
  /** The new file that the bytes go to, as they come. */
  path: string;
  limits: BillLimits;
  signal: AbortSignal;
}

/**
 * Fetches a bill from its address; the answer is unsigned, its hash came signed.
 * Source: https://pay.weixin.qq.com/doc/v3/merchant/4012791909
 */
export async function downloadBill(line: Line, options: DownloadOptions): Promise<Downloaded> {
  try {
    const response = await request(line, options);
    const { statusCode, body } = response;
    try {
      if (statusCode === 200) return await receive(response, options);
      return refusalOf(statusCode, await firstBytes(body));
    } finally {
      // What is not read to its end would hold one of the account's connections.
      body.on("error", () => undefined).destroy();
    }
  } catch (error) {
    if (!(error instanceof BrokenDownload)) throw error;
    return { kind: "unknown", reason: `no whole bill: ${error.message}` };
  }
}

async function request(line: Line, { address, limits, signal }: DownloadOptions): Promise<Dispatcher.ResponseData> {
  const headers = await signedHeaders(line, { method: "GET", path: address.path, body: "" });
  const { idleMs } = limits;
  return line.agent
    .request({
      origin: line.credentials.endpoint,
      path: address.path,
      method: "GET",
      headers,
      signal,
      headersTimeout: idleMs,
      bodyTimeout: idleMs,
    })
    .catch(broken);
}

async function receive(response: Dispatcher.ResponseData, options: DownloadOptions): Promise<Downloaded> {
  const { path, limits, address } = options;
  const file = await open(path, "wx", 0o600);
  let outcome: Downloaded = { kind: "unknown", reason: "no whole bill" };
  try {
    const check = new BillCheck(limits);
    let size = 0;
    for await (const chunk of chunksOf(response.body)) {
      size += chunk.length;
      if (size > limits.downloadBytes) {
        outcome = { kind: "refused", reason: "the download is too large" };
        return outcome;
      }
      await Promise.all([file.writeFile(chunk), check.write(chunk)]);
    }
    const doubt = await check.end(address.sha1);
    // Without a length the end of a broken connection looks like the end of the file.
    if (doubt?.cut && !isFramed(response)) throw new BrokenDownload("cut off");
    outcome = doubt ? { kind: "refused", reason: doubt.reason } : { kind: "fetched" };
    return outcome;
  } finally {
    await file.close();
    if (outcome.kind === "unknown") await rm(path, { force: true });
  }
}

function isFramed({ headers }: Dispatcher.ResponseData): boolean {
  return headers["content-length"] !== undefined || headers["transfer-encoding"] !== undefined;
}

async function firstBytes(body: AsyncIterable<Buffer>): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of chunksOf(body)) {
    size += chunk.length;
    if (size > MAX_ERROR_BYTES) break;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

function refusalOf(status: number, body: Buffer): Downloaded {
  const error = parseJson(errorSchema, body);
  if (status >= 400 && status < 500 && status !== 429 && error && !isUnknownCode(error.code)) {
    if (error.code === "INVALID_REQUEST") return { kind: "expired" };
    // What it says beside the code is unsigned, and may name the address.
    return declinedOf({ code: error.code, message: `the download answered HTTP ${status}` });
  }
  return { kind: "unknown", reason: `the download answered HTTP ${status} ${error?.code ?? "without a code"}` };
}
