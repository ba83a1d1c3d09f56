import type { Settings } from "../options.ts";
import { TransportFailure } from "./failure.ts";
import { signRequest } from "./sign.ts";

type Fetch = typeof globalThis.fetch;

/** A `fetch` that signs each request with a fresh nonce; it takes string bodies only. */
export function createSignedFetch({ appId, secret, fetch, clock }: Settings): Fetch {
  return (input, init = {}) => {
    const url = new URL(input instanceof Request ? input.url : input);
    const { body = "", method = "GET" } = init;
    if (body !== null && typeof body !== "string") throw new TypeError("only a string body can be signed");
    const signature = signRequest({ method, url, body: body ?? "" }, { appId, secret, nowMs: clock.now() });
    const headers = new Headers(init.headers);
    for (const [name, value] of Object.entries(signature)) headers.set(name, value);
    // A redirect would carry the signature elsewhere, and the path signed is not the path asked for there.
    return fetch(url, { ...init, headers, redirect: "error" });
  };
}

/** Wraps a signed fetch for calls: what comes back is payhub's answer, or a `TransportFailure` is thrown. */
export function createCallFetch(signedFetch: Fetch): (url: string, init?: RequestInit) => Promise<CallResponse> {
  return async (url, init) => {
    const response = await orFailure("payhub could not be reached", signedFetch(url, init));
    const text = await orFailure("payhub's answer broke off", response.text());
    const answer = parse(text);
    if (!isAnswer(answer)) {
      const { status } = response;
      throw new TransportFailure(`not payhub but something else answered, with HTTP ${status}; check url`, { status });
    }
    return { ok: response.ok, json: () => Promise.resolve(answer) };
  };
}

/** As much of a response as tRPC's link reads. */
export interface CallResponse {
  ok: boolean;
  json(): Promise<unknown>;
}

async function orFailure<T>(what: string, step: Promise<T>): Promise<T> {
  try {
    return await step;
  } catch (cause) {
    throw new TransportFailure(`${what} (${reasonOf(cause)})`, { cause });
  }
}

function reasonOf(thrown: unknown): string {
  if (!(thrown instanceof Error)) return String(thrown);
  if (thrown.name === "AbortError") return "no answer in time";
  // fetch says only "fetch failed"; the reason is in its cause.
  const code = thrown.cause instanceof Error && "code" in thrown.cause ? thrown.cause.code : undefined;
  return typeof code === "string" ? code : thrown.message;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function isAnswer(json: unknown): boolean {
  if (typeof json !== "object" || json === null) return false;
  return "result" in json || errorViewOf(json) !== undefined;
}

/** payhub's own description of an error inside an answer's body; undefined when there is none. */
export function errorViewOf(json: object): object | undefined {
  const data = child(child(json, "error"), "data");
  return child(data, "payhub");
}

function child(parent: object | undefined, name: string): object | undefined {
  const value: unknown = parent && name in parent ? Reflect.get(parent, name) : undefined;
  return typeof value === "object" && value !== null ? value : undefined;
}
