import { createHash, createHmac, type KeyObject, timingSafeEqual } from "node:crypto";
import { PayhubError } from "@payhub/domain";

/** A request as its app signed it. */
export interface SignedRequest {
  method: string;
  /** As sent, without the query. */
  path: string;
  /** As sent, without the `?`; empty when there is none. */
  query: string;
  /** The raw bytes; empty for GET. */
  body: Uint8Array;
  /** By names in lower case. */
  headers: Readonly<Record<string, string | string[] | undefined>>;
}

/** What the signature's headers say, well-formed and not believed yet. */
export interface SignatureClaim {
  appId: string;
  /** Unix seconds, as sent. */
  timestamp: string;
  nonce: string;
  /** The 32 bytes of the HMAC. */
  mac: Buffer;
}

const HEADERS = {
  "payhub-app-id": { pattern: /^[A-Za-z0-9_-]{1,64}$/, what: "the app's id" },
  "payhub-timestamp": { pattern: /^\d{1,12}$/, what: "the time in unix seconds" },
  "payhub-nonce": { pattern: /^[A-Za-z0-9_-]{16,64}$/, what: "16 to 64 letters, digits, _ or -, used once" },
  "payhub-signature": { pattern: /^v1=[A-Za-z0-9+/]{43}=$/, what: "v1= and the base64 of HMAC-SHA256" },
} as const;

/** Reads the four headers; refuses with `UNAUTHENTICATED`, naming the header that is missing or malformed. */
export function readSignature(headers: SignedRequest["headers"]): SignatureClaim {
  const read = (name: keyof typeof HEADERS): string => {
    const value = headers[name];
    const { pattern, what } = HEADERS[name];
    if (value === undefined) {
      throw new PayhubError("UNAUTHENTICATED", `header ${name} is missing; it holds ${what}`);
    }
    if (typeof value !== "string" || !pattern.test(value)) {
      throw new PayhubError("UNAUTHENTICATED", `header ${name} is malformed; it holds ${what}`);
    }
    return value;
  };
  return {
    appId: read("payhub-app-id"),
    timestamp: read("payhub-timestamp"),
    nonce: read("payhub-nonce"),
    mac: Buffer.from(read("payhub-signature").slice("v1=".length), "base64"),
  };
}

/** Whether any of the secrets made the signature; every comparison takes the same time whatever the bytes are. */
export function isSignedBy(
  secrets: readonly KeyObject[],
  request: SignedRequest,
  { timestamp, nonce, mac }: SignatureClaim,
): boolean {
  const bodyHash = createHash("sha256").update(request.body).digest("hex");
  const lines = [request.method.toUpperCase(), request.path, request.query, bodyHash, timestamp, nonce];
  const text = `${lines.join("\n")}\n`;
  let signed = false;
  for (const secret of secrets) {
    if (timingSafeEqual(createHmac("sha256", secret).update(text).digest(), mac)) signed = true;
  }
  return signed;
}
