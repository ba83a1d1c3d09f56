import { z } from "zod";
import type { NotificationOutcome, RawNotification, RejectionReason } from "../channel.ts";
import type { Line } from "./line.ts";
import { parseJson } from "./parse-json.ts";
import { openResource } from "./sign.ts";
import { TRADE_STATES } from "./status.ts";
import { receiptFrom, transactionSchema } from "./transaction.ts";
import { whyNotGenuine } from "./verify.ts";

const MAX_BODY_BYTES = 64 * 1024;

const envelopeSchema = z.object({
  id: z.string().min(1).max(64),
  event_type: z.string().max(64),
  resource_type: z.string(),
  resource: z.object({
    algorithm: z.string(),
    ciphertext: z.string(),
    nonce: z.string().length(12),
    associated_data: z.string().optional(),
  }),
});

/** Verifies a callback's raw bytes, then opens it (https://pay.weixin.qq.com/doc/v3/merchant/4012791882). */
export async function readNotification(line: Line, raw: RawNotification): Promise<NotificationOutcome> {
  if (raw.body.length > MAX_BODY_BYTES) return rejected("malformed");
  const until = performance.now() + line.runtime.deadlineMs;
  const keyOf = (serial: string) => line.keys.keyOf(serial, until);
  const doubt = await whyNotGenuine(raw, { now: line.runtime.clock.now(), keyOf });
  if (doubt) return rejected(doubt);

  const envelope = parseJson(envelopeSchema, raw.body);
  if (!envelope) return rejected("malformed");
  const { id: notificationId, event_type: eventType, resource } = envelope;
  if (envelope.resource_type !== "encrypt-resource" || resource.algorithm !== "AEAD_AES_256_GCM") {
    return rejected("algorithm");
  }
  if (eventType !== "TRANSACTION.SUCCESS") return { kind: "ignored", notificationId, about: eventType };

  const opened = open(line, resource);
  if (!opened) return rejected("decryption");
  const transaction = parseJson(transactionSchema, opened);
  if (!transaction) return rejected("malformed");
  if (TRADE_STATES.get(transaction.trade_state) !== "paid") {
    return { kind: "ignored", notificationId, about: `${eventType} ${transaction.trade_state}`.slice(0, 64) };
  }
  const receipt = receiptFrom(transaction);
  return receipt ? { kind: "payment", notificationId, receipt } : rejected("malformed");
}

/** The key may have been changed between the order and its callback: each live version is tried. */
function open(line: Line, resource: Parameters<typeof openResource>[0]): Uint8Array | undefined {
  for (const apiV3Key of line.apiV3Keys) {
    const opened = openResource(resource, apiV3Key);
    if (opened) return opened;
  }
  return undefined;
}

function rejected(reason: RejectionReason): NotificationOutcome {
  return { kind: "rejected", reason };
}
