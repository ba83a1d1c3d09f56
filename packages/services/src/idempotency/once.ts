import { setTimeout as sleep } from "node:timers/promises";
import { isFinalRefusal, PayhubError, type PayhubErrorCode } from "@payhub/domain";
import type { ReplayState } from "@payhub/store";
import type { ServiceContext } from "../context.ts";
import { differingFields, type RequestDigest } from "./digest.ts";

/** A call under its idempotency key. */
export interface KeyedCall {
  appId: string;
  idempotencyKey: string;
  digest: RequestDigest;
}

/** What the replay cache keeps: the request's digest, and the answer once there is one. */
interface StoredCall<Answer> {
  digest: RequestDigest;
  answer?: Answer;
  refusal?: { code: PayhubErrorCode; message: string; details?: Readonly<Record<string, unknown>> };
}

// Beyond the channel's deadline: the holder of a lock that ran out is slow or dead, and the database then keeps the promises.
const LOCK_MARGIN_MS = 4_000;
// Repeats of a running call are rare: they look again, so that the many calls that are not repeated wake nobody.
const LOOK_AGAIN_MS = 50;
const RETRY_AFTER_MS = 1_000;

/**
 * Runs `work` once per key: a repeat with the same body gets the stored answer, a repeat during the call waits for it,
 * another body is refused with `IDEMPOTENCY_KEY_REUSED`. Without coordination `work` runs; its own unique keys protect it.
 */
export async function once<Answer extends object>(
  ctx: ServiceContext,
  call: KeyedCall,
  work: () => Promise<Answer>,
): Promise<Answer & { replayed: boolean }> {
  const key = `once:${call.appId}:${call.idempotencyKey}`;
  const begun = await beginOrWait(ctx, key, call);
  if (begun.kind === "done") return replay(call, JSON.parse(begun.value) as StoredCall<Answer>);
  try {
    const answer = await work();
    await finish(ctx, key, begun, { digest: call.digest, answer });
    return { ...answer, replayed: false };
  } catch (error) {
    if (error instanceof PayhubError && isFinalRefusal(error.code)) {
      const { code, message, details } = error;
      await finish(ctx, key, begun, { digest: call.digest, refusal: { code, message, ...(details && { details }) } });
    } else if (begun.kind === "acquired") {
      await ctx.coordination.replays.release(key, begun.token);
    }
    throw error;
  }
}

type Begun = Exclude<ReplayState, { kind: "running" }>;

async function beginOrWait(ctx: ServiceContext, key: string, call: KeyedCall): Promise<Begun> {
  const value = JSON.stringify({ digest: call.digest } satisfies StoredCall<never>);
  const begin = () =>
    ctx.coordination.replays.begin(key, { value, lockMs: ctx.settings.channelDeadlineMs + LOCK_MARGIN_MS });
  const first = await begin();
  if (first.kind !== "running") return first;
  refuseReuse(call, (JSON.parse(first.value) as StoredCall<never>).digest);
  const deadline = performance.now() + ctx.settings.replayWaitMs;
  while (performance.now() < deadline) {
    await sleep(Math.min(LOOK_AGAIN_MS, Math.max(1, deadline - performance.now())));
    const state = await begin();
    if (state.kind !== "running") return state;
  }
  throw new PayhubError("IN_PROGRESS", "the first call with this idempotency key is still running; repeat it later", {
    details: { retryAfterMs: RETRY_AFTER_MS },
  });
}

async function finish<Answer>(
  ctx: ServiceContext,
  key: string,
  begun: Begun,
  stored: StoredCall<Answer>,
): Promise<void> {
  if (begun.kind !== "acquired") return;
  const answer = { value: JSON.stringify(stored), keepMs: ctx.settings.replayKeepMs };
  await ctx.coordination.replays.finish(key, begun.token, answer);
}

function replay<Answer extends object>(call: KeyedCall, stored: StoredCall<Answer>): Answer & { replayed: boolean } {
  refuseReuse(call, stored.digest);
  if (stored.refusal) {
    const { code, message, details } = stored.refusal;
    throw new PayhubError(code, message, { details: { ...details, replayed: true } });
  }
  if (!stored.answer) throw new Error("a stored call has neither answer nor refusal");
  return { ...stored.answer, replayed: true };
}

/** Refuses a key that was used for another request, naming the fields that differ. */
export function refuseReuse(call: Pick<KeyedCall, "digest">, stored: RequestDigest): void {
  const fields = differingFields(call.digest, stored);
  if (fields.length === 0) return;
  throw new PayhubError(
    "IDEMPOTENCY_KEY_REUSED",
    `this idempotency key was used for another request; different: ${fields.join(", ")}. Use a new key for a new request`,
    { details: { fields } },
  );
}
