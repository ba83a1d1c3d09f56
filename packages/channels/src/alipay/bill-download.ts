import { open, rm } from "node:fs/promises";
import type { LookupFunction } from "node:net";
import { Agent, type Dispatcher, request } from "undici";
import { BrokenDownload, broken, chunksOf } from "../broken-download.ts";
import type { BillOutcome } from "../channel.ts";
import { routeTo } from "./bill-hosts.ts";

/** What a download may cost. */
export interface DownloadLimits {
  maxBytes: number;
  /** From the first request to the last byte, and the longest silence on the way, in ms. */
  deadlineMs: number;
  idleMs: number;
}

const DOWNLOAD_LIMITS: DownloadLimits = { maxBytes: 512 * 1024 ** 2, deadlineMs: 600_000, idleMs: 30_000 };

/** Alipay's addresses are plain http as often as not, and may lead to https. */
const MAX_REDIRECTS = 2;

/** What a download came to; what was refused stays in its file, of anything else but `fetched` there is none. */
export type Downloaded = Extract<BillOutcome, { kind: "fetched" | "refused" | "unknown" }>;

/** Fetches what is at an address to the new file `path`, from Alipay or the account's own endpoint and from nowhere else. */
export async function downloadBill(
  address: string,
  { path, endpoint, limits = DOWNLOAD_LIMITS }: { path: string; endpoint: string; limits?: DownloadLimits },
): Promise<Downloaded> {
  const signal = AbortSignal.timeout(limits.deadlineMs);
  let next: string | undefined = address;
  try {
    for (let hops = 0; hops <= MAX_REDIRECTS; hops += 1) {
      const url = URL.parse(next);
      const route = url ? routeTo(url, endpoint) : undefined;
      if (!url || !route) throw new BrokenDownload(`an address that is not Alipay's: ${url?.host ?? "none"}`);
      const result = await visit(url, { path, lookup: route.lookup, limits, signal });
      if (typeof result !== "object") next = result;
      else return result;
    }
    throw new BrokenDownload("redirected again and again");
  } catch (error) {
    if (!(error instanceof BrokenDownload)) throw error;
    return { kind: "unknown", reason: `no whole bill: ${error.message}` };
  }
}

interface Visit {
  path: string;
  lookup: LookupFunction | undefined;
  limits: DownloadLimits;
  signal: AbortSignal;
}

/** One request: its file, or the address that it leads to. */
async function visit(url: URL, { path, lookup, limits, signal }: Visit): Promise<Downloaded | string> {
  const agent = new Agent({ connect: { timeout: limits.idleMs, ...(lookup && { lookup }) } });
  const times = { headersTimeout: limits.idleMs, bodyTimeout: limits.idleMs };
  try {
    const response = await request(url, { dispatcher: agent, signal, ...times }).catch(broken);
    const { statusCode, headers } = response;
    if (statusCode >= 300 && statusCode < 400 && typeof headers.location === "string") {
      return URL.parse(headers.location, url.href)?.href ?? "";
    }
    if (statusCode !== 200) throw new BrokenDownload(`HTTP status ${statusCode}`);
    if (headers["content-encoding"] !== undefined) throw new BrokenDownload("an encoded answer");
    return await receive(response, { path, maxBytes: limits.maxBytes });
  } finally {
    await agent.destroy();
  }
}

async function receive(
  { body }: Dispatcher.ResponseData,
  { path, maxBytes }: { path: string; maxBytes: number },
): Promise<Downloaded> {
  const file = await open(path, "wx", 0o600);
  let isWhole = false;
  try {
    let bytes = 0;
    for await (const chunk of chunksOf(body)) {
      bytes += chunk.length;
      if (bytes > maxBytes) break;
      await file.writeFile(chunk);
    }
    isWhole = true;
    return bytes > maxBytes
      ? { kind: "refused", reason: `a download of more than ${maxBytes} bytes` }
      : { kind: "fetched" };
  } finally {
    await file.close();
    if (!isWhole) await rm(path, { force: true });
  }
}
