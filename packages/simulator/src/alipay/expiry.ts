import { endOfBeijingDay, parseBeijingTime } from "./beijing-time.ts";
import { businessRefusal } from "./errors.ts";

const unitMs = { m: 60_000, h: 3_600_000, d: 86_400_000 } as const;
const maxTimeoutMs = 15 * unitMs.d;

/** How long an unpaid trade lives when the merchant says nothing: face to face, and all other products. */
export const defaultTimeoutMs = { faceToFace: 3 * unitMs.h, other: maxTimeoutMs };
const maxQrMs = 2 * unitMs.h;

/** When the trade and its QR code end, in epoch ms; a QR lives two hours at most and never outlives its trade. */
export type Expiry = { tradeExpiresAt: number; qrExpiresAt: number };

/**
 * Reads `time_expire` (wins), `timeout_express` and `qr_code_timeout_express`, all counted from the precreate call.
 * Source: https://opendocs.alipay.com/open/8ad49e4a_alipay.trade.precreate
 */
export function readExpiry(biz: Readonly<Record<string, unknown>>, now: number): Expiry {
  const tradeExpiresAt = readTradeExpiry(biz, now, defaultTimeoutMs.faceToFace);
  const qr = biz.qr_code_timeout_express;
  const qrEnd = qr === undefined ? now + maxQrMs : readTimeout("qr_code_timeout_express", qr, now);
  return { tradeExpiresAt, qrExpiresAt: Math.min(tradeExpiresAt, qrEnd, now + maxQrMs) };
}

/** When a trade that begins `now` ends, by `time_expire` (wins) or `timeout_express`; epoch ms. */
export function readTradeExpiry(biz: Readonly<Record<string, unknown>>, now: number, defaultMs: number): number {
  if (biz.time_expire !== undefined) {
    const at = typeof biz.time_expire === "string" ? parseBeijingTime(biz.time_expire) : undefined;
    if (at === undefined) throw businessRefusal("ACQ.INVALID_PARAMETER", { detail: "time_expire" });
    if (at <= now) throw businessRefusal("ACQ.NOW_TIME_AFTER_EXPIRE_TIME_ERROR");
    return at;
  }
  if (biz.timeout_express === undefined) return now + defaultMs;
  return readTimeout("timeout_express", biz.timeout_express, now);
}

function readTimeout(field: string, value: unknown, now: number): number {
  if (value === "1c") return endOfBeijingDay(now);
  const match = typeof value === "string" ? /^(\d{1,5})([mhd])$/.exec(value) : null;
  const durationMs = match ? Number(match[1]) * unitMs[match[2] as keyof typeof unitMs] : 0;
  if (durationMs < unitMs.m || durationMs > maxTimeoutMs) {
    throw businessRefusal("ACQ.INVALID_PARAMETER", { detail: field });
  }
  return now + durationMs;
}
