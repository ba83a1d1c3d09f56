import { createHmac, timingSafeEqual } from "node:crypto";

/** The hex HMAC-SHA256 of lines under a shop's key; see ../paperpay-peer/protocol.md. */
export function sign(key: string, lines: readonly (string | Uint8Array)[]): string {
  const hmac = createHmac("sha256", Buffer.from(key, "hex"));
  lines.forEach((line, index) => {
    hmac.update(index === 0 ? "" : "\n").update(line);
  });
  return hmac.digest("hex");
}

/** Whether a signature is that of these lines under this key. */
export function isSigned(key: string, lines: readonly (string | Uint8Array)[], signature: string | undefined): boolean {
  const expected = Buffer.from(sign(key, lines));
  const given = Buffer.from(signature ?? "");
  return given.length === expected.length && timingSafeEqual(given, expected);
}
