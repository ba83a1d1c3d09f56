import { z } from "zod";
import type { NotificationOutcome, RawNotification, RejectionReason } from "../../src/channel.ts";
import { orderShape, receiptOf, refundShape } from "./order.ts";
import { isSigned } from "./sign.ts";

const MAX_BODY_BYTES = 64 * 1024;
const MAX_SKEW_MS = 300_000;

const headShape = z.object({ id: z.uuid(), kind: z.string().max(64) });

/** Verifies a callback's raw bytes with each live key, then reads it. */
export function readNotification(
  { keys, now }: { keys: readonly string[]; now: number },
  { headers, body }: RawNotification,
): NotificationOutcome {
  if (body.length > MAX_BODY_BYTES) return rejected("malformed");
  const time = headers["paperpay-time"] ?? "";
  if (!/^\d{1,12}$/.test(time) || Math.abs(Number(time) * 1000 - now) > MAX_SKEW_MS) return rejected("timestamp");
  const signature = headers["paperpay-signature"];
  if (!keys.some((key) => isSigned(key, [time, body], signature))) return rejected("signature");

  const words = parse(body);
  const head = headShape.safeParse(words).data;
  if (!head) return rejected("malformed");
  const { id: notificationId, kind } = head;
  if (kind === "paid") {
    const order = orderShape.safeParse(words).data;
    const receipt = order && receiptOf(order);
    return receipt ? { kind: "payment", notificationId, receipt } : rejected("malformed");
  }
  if (kind !== "refunded") return { kind: "ignored", notificationId, about: kind };
  const refund = refundShape.safeParse(words).data;
  if (!refund) return rejected("malformed");
  return { kind: "refund", notificationId, attemptNo: refund.orderNo, refundNo: refund.refundNo };
}

function parse(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(Buffer.from(bytes).toString());
  } catch {
    return undefined;
  }
}

function rejected(reason: RejectionReason): NotificationOutcome {
  return { kind: "rejected", reason };
}
