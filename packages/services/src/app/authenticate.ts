import { PayhubError } from "@payhub/domain";
import type { ServiceContext, Viewer } from "../context.ts";
import { isSignedBy, readSignature, type SignatureClaim, type SignedRequest } from "./signature.ts";
import { findSigner, type Signer, type SignerContext } from "./signer.ts";

/** How far an app's clock may be off. */
const TOLERANCE_MS = 300_000;

// A timestamp is good for 300 s before and after; a nonce is remembered longer than both together.
const NONCE_KEEP_MS = 660_000;

const RATE_WINDOW_MS = 1_000;

/**
 * Verifies who calls: headers, clock, signature by one of the app's live secrets, nonce, rate. Refuses with
 * `UNAUTHENTICATED`, `FORBIDDEN` (a disabled app) or `RATE_LIMITED` (`details.retryAfterMs`); an unknown app and a
 * wrong signature read the same.
 */
export async function authenticateApp(
  ctx: SignerContext & Pick<ServiceContext, "coordination">,
  request: SignedRequest,
): Promise<Viewer> {
  const claim = readSignature(request.headers);
  assertClock(claim, ctx.clock.now());
  const signer = await findSigner(ctx, claim.appId);
  if (!signer || !isSignedBy(signer.secrets, request, claim)) {
    throw new PayhubError(
      "UNAUTHENTICATED",
      "the app is not known or the signature does not match; check appId and secret, and sign method, path, query and body exactly as sent",
    );
  }
  if (signer.app.status === "disabled") {
    throw new PayhubError("FORBIDDEN", `app ${signer.app.appId} is disabled; ask an operator of payhub`);
  }
  await assertFreshAndWithinRate(ctx, signer, claim);
  return { appId: signer.app.appId, role: signer.app.role };
}

function assertClock({ timestamp }: SignatureClaim, nowMs: number): void {
  const offMs = Number(timestamp) * 1_000 - nowMs;
  if (Math.abs(offMs) <= TOLERANCE_MS) return;
  const seconds = Math.round(Math.abs(offMs) / 1_000);
  const serverTime = new Date(nowMs).toISOString();
  throw new PayhubError(
    "UNAUTHENTICATED",
    `payhub-timestamp is ${seconds} s ${offMs > 0 ? "ahead of" : "behind"} the server's clock (${serverTime}), and at most ${TOLERANCE_MS / 1_000} s are allowed; set your clock`,
    { details: { serverTime } },
  );
}

async function assertFreshAndWithinRate(
  { coordination, clock }: Pick<ServiceContext, "coordination" | "clock">,
  { app }: Signer,
  { nonce }: SignatureClaim,
): Promise<void> {
  const [fresh, calls] = await Promise.all([
    coordination.nonces.use(`${app.appId}:${nonce}`, NONCE_KEEP_MS),
    coordination.rates.hit(`app:${app.appId}`, RATE_WINDOW_MS),
  ]);
  if (!fresh) {
    throw new PayhubError("UNAUTHENTICATED", "payhub-nonce was used before; sign every request with a new one");
  }
  if (calls <= app.callsPerSecond) return;
  const retryAfterMs = RATE_WINDOW_MS - (clock.now() % RATE_WINDOW_MS);
  throw new PayhubError(
    "RATE_LIMITED",
    `app ${app.appId} may make ${app.callsPerSecond} calls a second; wait ${retryAfterMs} ms`,
    { details: { retryAfterMs } },
  );
}
