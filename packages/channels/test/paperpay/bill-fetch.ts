import { createHash } from "node:crypto";
import { open, rm } from "node:fs/promises";
import { Readable } from "node:stream";
import { z } from "zod";
import type { BillOutcome, BillRequest } from "../../src/channel.ts";
import { declined } from "./status.ts";
import { call, codeOf, type Line, signedHeaders, urlOf } from "./transport.ts";

const MAX_BILL_BYTES = 64 * 1024 * 1024;
const DEADLINE_MS = 60_000;

const shape = z.object({ file: z.string().regex(/^[\w-]{1,64}$/), sha256: z.string().regex(/^[0-9a-f]{64}$/) });

/** Fetches a day's bill to a file, and compares its hash with the one that came signed. */
export async function fetchBill(line: Line, { billKind, businessDay, path }: BillRequest): Promise<BillOutcome> {
  const fields = { kind: billKind === "trade" ? "trade" : "flow", day: businessDay };
  const result = await call(line, { operation: "bill", fields, shape });
  if (result.kind === "refused") {
    if (result.code === "BILL_LATER") return { kind: "not_ready" };
    return result.code === "BILL_NONE" ? { kind: "none" } : declined(result);
  }
  return result.kind === "done" ? download(line, { ...result.answer, path }) : result;
}

async function download(
  line: Line,
  { file, sha256, path }: { file: string; sha256: string; path: string },
): Promise<BillOutcome> {
  const operation = `bills/${file}`;
  const { headers } = signedHeaders(line, { operation, body: "" });
  const signal = AbortSignal.timeout(DEADLINE_MS);
  const options = { headers, redirect: "manual", signal } as const;
  const response = await fetch(urlOf(line.credentials, operation), options).catch(codeOf);
  if (typeof response === "string") return { kind: "unknown", reason: `no bill: ${response}` };
  const outcome =
    response.status === 200
      ? await receive(response.body ?? Readable.from([]), { sha256, path })
      : { kind: "unknown" as const, reason: `the bill answered HTTP ${response.status}` };
  await response.body?.cancel().catch(codeOf);
  return outcome;
}

/** Leaves the file where there is something to look at, and nothing of what did not come whole. */
async function receive(
  body: AsyncIterable<Uint8Array>,
  { sha256, path }: { sha256: string; path: string },
): Promise<BillOutcome> {
  await using target = await open(path, "wx", 0o600);
  const hash = createHash("sha256");
  let size = 0;
  try {
    for await (const chunk of body) {
      size += chunk.byteLength;
      if (size > MAX_BILL_BYTES) return { kind: "refused", reason: "the bill is too large" };
      await target.writeFile(chunk);
      hash.update(chunk);
    }
  } catch (error) {
    await rm(path);
    return { kind: "unknown", reason: `no whole bill: ${codeOf(error)}` };
  }
  return hash.digest("hex") === sha256 ? { kind: "fetched" } : { kind: "refused", reason: "the bill has another hash" };
}
