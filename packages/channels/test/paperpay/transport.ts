import { z } from "zod";
import type { ChannelRuntime, Unknown, Unsent } from "../../src/channel.ts";
import type { PaperpayCredentials } from "./credentials.ts";
import { isSigned, sign } from "./sign.ts";
import { isUnknownCode } from "./status.ts";

const MAX_ANSWER_BYTES = 64 * 1024;

/** Errors of a connection that was never made. */
const NOT_CONNECTED: ReadonlySet<string> = new Set([
  "ECONNREFUSED",
  "ENOTFOUND",
  "EAI_AGAIN",
  "UND_ERR_CONNECT_TIMEOUT",
]);

const answerSchema = z.discriminatedUnion("ok", [
  z.looseObject({ ok: z.literal(true) }),
  z.object({ ok: z.literal(false), code: z.string().min(1).max(64), message: z.string() }),
]);

/** One shop's line to Paper Pay. */
export interface Line {
  credentials: PaperpayCredentials;
  runtime: ChannelRuntime;
}

/** The channel's own no. */
export interface Refused {
  kind: "refused";
  code: string;
  message: string;
}

/** Makes one signed call and believes only a signed answer of the asked shape. */
export async function call<T>(
  { credentials, runtime }: Line,
  { operation, fields, shape }: { operation: string; fields: Readonly<Record<string, unknown>>; shape: z.ZodType<T> },
): Promise<{ kind: "done"; answer: T } | Refused | Unknown | Unsent> {
  const body = JSON.stringify(fields);
  const { headers, signature } = signedHeaders({ credentials, runtime }, { operation, body });
  const sent = await exchange(urlOf(credentials, operation), {
    method: "POST",
    body,
    redirect: "manual",
    signal: AbortSignal.timeout(runtime.deadlineMs),
    headers: { ...headers, "content-type": "application/json" },
  });
  if (sent.kind !== "answered") return sent;
  if (sent.status !== 200) return unknown(`${operation}: answered HTTP ${sent.status}`);
  if (!isSigned(credentials.key, [signature, sent.body], sent.signature)) {
    return unknown(`${operation}: the answer is not signed by the channel`);
  }
  const read = answerSchema.safeParse(parse(sent.body)).data;
  if (read?.ok === false) {
    const { code, message } = read;
    return isUnknownCode(code) ? unknown(`${operation}: ${code}`) : { kind: "refused", code, message };
  }
  const shaped = shape.safeParse(read);
  return shaped.success
    ? { kind: "done", answer: shaped.data }
    : unknown(`${operation}: an answer of another shape or about something else`);
}

/** The address of an operation or of a bill. */
export function urlOf({ endpoint }: PaperpayCredentials, path: string): string {
  return `${endpoint.replace(/\/$/, "")}/${path}`;
}

/** What a request needs beside its body, and the signature that its answer is signed over. */
export function signedHeaders(
  { credentials, runtime }: Line,
  { operation, body }: { operation: string; body: string },
): { headers: Record<string, string>; signature: string } {
  const time = String(Math.floor(runtime.clock.now() / 1000));
  const signature = sign(credentials.key, [time, operation, body]);
  const headers = {
    "paperpay-shop": credentials.shopNo,
    "paperpay-time": time,
    "paperpay-signature": signature,
  };
  return { headers, signature };
}

type Answered = { kind: "answered"; status: number; signature: string | undefined; body: Uint8Array };

async function exchange(url: string, request: RequestInit): Promise<Answered | Unknown | Unsent> {
  try {
    const response = await fetch(url, request);
    const signature = response.headers.get("paperpay-signature") ?? undefined;
    return { kind: "answered", status: response.status, signature, body: await bytesOf(response) };
  } catch (error) {
    const code = codeOf(error);
    return NOT_CONNECTED.has(code)
      ? { kind: "unsent", reason: `not sent: ${code}` }
      : unknown(`no whole answer: ${code}`);
  }
}

async function bytesOf({ body }: Response): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of body ?? []) {
    size += chunk.byteLength;
    if (size > MAX_ANSWER_BYTES) throw new RangeError("the answer is too long");
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

/** Only the code of an error is told: its message may hold an address. */
export function codeOf(error: unknown): string {
  if (!(error instanceof Error)) return "error";
  const { cause } = error;
  return cause instanceof Error && "code" in cause ? String(cause.code) : error.name;
}

function parse(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(Buffer.from(bytes).toString());
  } catch {
    return undefined;
  }
}

function unknown(reason: string): Unknown {
  return { kind: "unknown", reason };
}
