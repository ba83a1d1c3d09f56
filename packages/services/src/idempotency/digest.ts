import { createHash } from "node:crypto";
import canonicalize from "canonicalize";

/** A short digest of each field of a request, by the field's name: tells a repeat from a reuse and holds no value. */
export type RequestDigest = Readonly<Record<string, string>>;

const DIGEST_CHARACTERS = 16;

/** Digests each top-level field over its canonical JSON (RFC 8785). */
export function digestRequest(operation: string, body: Readonly<Record<string, unknown>>): RequestDigest {
  const digest: Record<string, string> = { operation };
  for (const [field, value] of Object.entries(body)) {
    if (value === undefined) continue;
    digest[field] = createHash("sha256")
      .update(canonicalize(value) ?? "")
      .digest("base64url")
      .slice(0, DIGEST_CHARACTERS);
  }
  return digest;
}

/** The fields in which two requests differ, sorted. */
export function differingFields(a: RequestDigest, b: RequestDigest): string[] {
  return [...new Set([...Object.keys(a), ...Object.keys(b)])].filter((field) => a[field] !== b[field]).sort();
}
