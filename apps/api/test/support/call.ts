import { createHash, createHmac, randomBytes } from "node:crypto";

/** Who signs. */
export interface Signer {
  appId: string;
  secret: string;
}

/** What may be made wrong in a call, and what was in a call before. */
export interface CallOptions {
  /** Unix seconds. */
  timestamp?: number;
  nonce?: string;
  headers?: Record<string, string | undefined>;
  /** Sent instead of the body that was signed. */
  sentBody?: string;
  signal?: AbortSignal;
}

/** An answer of the api. */
export interface Answer {
  status: number;
  traceId: string | null;
  body: { result?: { data: Record<string, unknown> }; error?: { message: string; data: { payhub: PayhubFields } } };
}

interface PayhubFields {
  code: string;
  message: string;
  retryable: boolean;
  traceId: string;
  details?: Record<string, unknown>;
}

/** Signs a request by hand, as docs tell a developer without the client to do. */
export function signHeaders(
  { appId, secret }: Signer,
  request: { method: string; path: string; query: string; body: string },
  { timestamp = Math.floor(Date.now() / 1_000), nonce = randomBytes(16).toString("base64url") }: CallOptions = {},
): Record<string, string> {
  const bodyHash = createHash("sha256").update(request.body).digest("hex");
  const lines = [request.method, request.path, request.query, bodyHash, String(timestamp), nonce];
  const mac = createHmac("sha256", secret)
    .update(lines.map((line) => `${line}\n`).join(""))
    .digest("base64");
  return {
    "payhub-app-id": appId,
    "payhub-timestamp": String(timestamp),
    "payhub-nonce": nonce,
    "payhub-signature": `v1=${mac}`,
  };
}

/** Calls a mutation with a raw body. */
export async function post(
  url: string,
  signer: Signer,
  procedure: string,
  body: string,
  options: CallOptions = {},
): Promise<Answer> {
  const path = `/trpc/${procedure}`;
  const signed = signHeaders(signer, { method: "POST", path, query: "", body }, options);
  return answerOf(
    await fetch(url + path, {
      method: "POST",
      headers: present({ "content-type": "application/json", ...signed, ...options.headers }),
      body: options.sentBody ?? body,
      ...(options.signal && { signal: options.signal }),
    }),
  );
}

/** Calls a query. */
export async function get(
  url: string,
  signer: Signer,
  procedure: string,
  input: unknown,
  options: CallOptions = {},
): Promise<Answer> {
  const path = `/trpc/${procedure}`;
  const query = `input=${encodeURIComponent(JSON.stringify(input))}`;
  const signed = signHeaders(signer, { method: "GET", path, query, body: "" }, options);
  return answerOf(await fetch(`${url}${path}?${query}`, { headers: present({ ...signed, ...options.headers }) }));
}

async function answerOf(response: Response): Promise<Answer> {
  const body = (await response.json()) as Answer["body"];
  return { status: response.status, traceId: response.headers.get("payhub-trace-id"), body };
}

function present(headers: Record<string, string | undefined>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers).filter((entry): entry is [string, string] => entry[1] !== undefined),
  );
}

/** What a call gave back; throws what it was refused with. */
export function dataOf<Data>({ status, body }: Answer): Data {
  if (!body.result) throw new Error(`refused with ${status}: ${JSON.stringify(body)}`);
  return body.result.data as Data;
}
