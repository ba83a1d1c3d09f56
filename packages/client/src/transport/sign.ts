import { createHash, createHmac, randomBytes } from "node:crypto";

/** A request as it goes over the wire; `body` is empty for GET. */
export interface SignableRequest {
  method: string;
  url: URL;
  body: string;
}

/** Who signs, and when. */
export interface Signer {
  appId: string;
  secret: string;
  nowMs: number;
}

/** The four headers that prove who sent a request; each call has a nonce of its own, so a repeat must be signed anew. */
export function signRequest(request: SignableRequest, { appId, secret, nowMs }: Signer): Record<string, string> {
  const timestamp = String(Math.floor(nowMs / 1000));
  const nonce = randomBytes(16).toString("base64url");
  const lines = [
    request.method.toUpperCase(),
    request.url.pathname,
    request.url.search.slice(1),
    createHash("sha256").update(request.body, "utf8").digest("hex"),
    timestamp,
    nonce,
  ];
  const mac = createHmac("sha256", secret)
    .update(`${lines.join("\n")}\n`, "utf8")
    .digest("base64");
  return {
    "payhub-app-id": appId,
    "payhub-timestamp": timestamp,
    "payhub-nonce": nonce,
    "payhub-signature": `v1=${mac}`,
  };
}
