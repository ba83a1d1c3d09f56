import type { Randomness } from "@payhub/domain";

// https://www.w3.org/TR/trace-context/#traceparent-header
const TRACEPARENT = /^[0-9a-f]{2}-(?<traceId>[0-9a-f]{32})-(?<parentId>[0-9a-f]{16})-[0-9a-f]{2}(-.*)?$/;
const TRACE_ID_BYTES = 16;

/** The trace id of a request, 32 hex digits: the caller's own when its `traceparent` is valid, else a new one. */
export function traceIdOf(traceparent: string | undefined, random: Randomness): string {
  const { traceId, parentId } = (traceparent && TRACEPARENT.exec(traceparent)?.groups) || {};
  const valid = traceId && parentId && !/^0+$/.test(traceId) && !/^0+$/.test(parentId);
  if (valid && !traceparent?.startsWith("ff-")) return traceId;
  return Buffer.from(random.bytes(TRACE_ID_BYTES)).toString("hex");
}
