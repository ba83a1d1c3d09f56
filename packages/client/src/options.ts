/** Where the client gets the time from; tests bring their own. */
export interface Clock {
  /** Milliseconds since 1970-01-01T00:00:00Z. */
  now(): number;
}

/** How to reach payhub, and as whom. */
export interface PayhubClientOptions {
  /** payhub's address, such as `https://pay.example.com`; the client adds `/trpc`. */
  url: string;
  appId: string;
  /** One of the app's live secrets. It signs requests and is never sent, logged or thrown. */
  secret: string;
  /** In place of the global `fetch`. */
  fetch?: typeof globalThis.fetch;
  /** How long one attempt may take, in ms; 20,000 unless given. A long poll gets its waiting time on top. */
  timeoutMs?: number;
  /** How often a call that is safe to repeat is repeated; 4 unless given. */
  retries?: number;
  /** How long a call with all its repeats may take, in ms; 60,000 unless given. */
  totalMs?: number;
  clock?: Clock;
}

/** The options with every default filled in. */
export type Settings = Required<PayhubClientOptions>;

const MAX_RETRIES = 20;
const MAX_MS = 600_000;

/** Fills in the defaults; throws a `TypeError` that names the first option that is wrong. */
export function resolveOptions(options: PayhubClientOptions): Settings {
  const settings = {
    fetch: globalThis.fetch,
    timeoutMs: 20_000,
    retries: 4,
    totalMs: 60_000,
    clock: { now: () => Date.now() },
    ...options,
    url: baseUrl(options.url),
  };
  if (!settings.appId) throw new TypeError("appId is missing: it is the app's number in payhub");
  if (!settings.secret) throw new TypeError("secret is missing: it is one of the app's live secrets in payhub");
  checkRange("timeoutMs", settings.timeoutMs, { min: 1, max: MAX_MS });
  checkRange("totalMs", settings.totalMs, { min: 1, max: MAX_MS });
  checkRange("retries", settings.retries, { min: 0, max: MAX_RETRIES });
  return settings;
}

/** Throws a `RangeError` unless the value is a whole number within the bounds. */
export function checkRange(name: string, value: number, { min, max }: { min: number; max: number }): void {
  if (!Number.isInteger(value) || value < min || value > max)
    throw new RangeError(`${name} is a whole number from ${min} to ${max}, not ${value}`);
}

function baseUrl(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (!url || !/^https?:$/.test(url.protocol) || url.search || url.hash || url.username)
    throw new TypeError("url is payhub's http(s) address, such as https://pay.example.com");
  return url.href.replace(/\/$/, "");
}
