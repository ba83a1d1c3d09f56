import type { HttpAnswer, RawNotification } from "@payhub/channels";
import { insertNotifications, type NewNotification, type Store } from "@payhub/store";
import type { ServiceContext } from "../context.ts";
import { createGroup, type Group } from "../group.ts";
import { applyNotification } from "./apply.ts";
import { countRejection } from "./rejections.ts";

/** What the callback gateway does with a callback: answers, and then, after the answer, whatever is left. */
export interface Reception {
  answer: HttpAnswer;
  afterwards?: () => Promise<void>;
}

// Longer than applying takes: another process takes a notification up when its first one is dead.
const CLAIM_MS = 10_000;

/**
 * Receives a callback: verifies the raw bytes, stores the notification, commits, and only then answers success. One that is not
 * believed stores nothing and gets the channel's own failure answer. Refuses with `NOT_FOUND` for an account that is not there.
 */
export async function receiveNotification(
  ctx: ServiceContext,
  { channel, accountNo, raw }: { channel: string; accountNo: string; raw: RawNotification },
): Promise<Reception> {
  const { account, plugin, connection } = await ctx.connections.of(accountNo);
  const { accepted, rejected } = plugin.answers;
  const outcome = account.channel === channel ? await connection.readNotification(raw) : undefined;
  if (outcome === undefined || outcome.kind === "rejected") {
    countRejection(ctx, { channel, accountNo, reason: outcome?.reason ?? "wrong_channel" });
    return { answer: rejected };
  }
  const nowMs = ctx.clock.now();
  const receipt = outcome.kind === "payment" ? outcome.receipt : null;
  const refund = outcome.kind === "refund" ? { attemptNo: outcome.attemptNo, refundNo: outcome.refundNo } : null;
  const notification: NewNotification = {
    channel,
    notificationId: outcome.notificationId,
    accountNo,
    receipt,
    refund,
    rawBody: Buffer.from(raw.body).toString("utf8"),
    state: receipt || refund ? "received" : "ignored",
    claimedUntil: nowMs + CLAIM_MS,
    receivedAt: nowMs,
    appliedAt: null,
    createdAt: nowMs,
    updatedAt: nowMs,
  };
  if (!(await intakeOf(ctx)(notification))) return { answer: accepted };
  await ctx.fault("inbox.committed");
  if (notification.state === "ignored") return { answer: accepted };
  return {
    answer: accepted,
    afterwards: async () => {
      await ctx.fault("callback.acknowledged");
      await applyNotification(ctx, notification);
    },
  };
}

const INTAKE = { atOnce: 2, limit: 64 };
const intakes = new WeakMap<Store, Group<NewNotification, boolean>>();

/** Stores callbacks that arrive together in one commit. */
function intakeOf({ store }: ServiceContext): Group<NewNotification, boolean> {
  let intake = intakes.get(store);
  if (!intake) {
    intake = createGroup((notifications) => insertNotifications(store.db, notifications), INTAKE);
    intakes.set(store, intake);
  }
  return intake;
}
