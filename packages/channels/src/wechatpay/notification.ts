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

const refundSchema = z.object({
  out_trade_no: z.string().min(1).max(64),
  out_refund_no: z.string().min(1).max(64),
  refund_status: z.string(),
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
  const read = READERS.get(eventType);
  if (!read) return { kind: "ignored", notificationId, about: eventType };
  const opened = open(line, resource);
  return opened ? read({ line, notificationId, opened }) : rejected("decryption");
}

interface Opened {
  line: Line;
  notificationId: string;
  opened: Uint8Array;
}

/** What each event means; WeChat Pay tells of no payment that failed or was closed. */
const READERS: ReadonlyMap<string, (opened: Opened) => NotificationOutcome> = new Map([
  ["TRANSACTION.SUCCESS", readPayment],
  ["REFUND.SUCCESS", readRefund],
  ["REFUND.ABNORMAL", readRefund],
  ["REFUND.CLOSED", readRefund],
]);

function readPayment({ line, notificationId, opened }: Opened): NotificationOutcome {
  const transaction = parseJson(transactionSchema, opened);
  if (!transaction) return rejected("malformed");
  if (TRADE_STATES.get(transaction.trade_state) !== "paid") {
    return { kind: "ignored", notificationId, about: `TRANSACTION.SUCCESS ${transaction.trade_state}`.slice(0, 64) };
  }
  const receipt = receiptFrom(transaction, line);
  return receipt ? { kind: "payment", notificationId, receipt } : rejected("malformed");
}

/** A refund's own envelope calls its state `refund_status` (https://pay.weixin.qq.com/doc/v3/merchant/4012791886); it is asked about before it is believed. */
function readRefund({ notificationId, opened }: Opened): NotificationOutcome {
  const refund = parseJson(refundSchema, opened);
  if (!refund) return rejected("malformed");
  return { kind: "refund", notificationId, attemptNo: refund.out_trade_no, refundNo: refund.out_refund_no };
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
