import { randomDigits } from "./digits.ts";
import { WechatpayError } from "./errors.ts";
import type { Wechatpay } from "./trade.ts";

const lifetimeMs = 60_000;
const firstPrefix = 10;
const prefixes = 6;

/** A bar code as the payer's wallet shows it; a new one every minute, good for one payment. */
export interface AuthCode {
  code: string;
  expiresAt: number;
  needsPassword: boolean;
  isShort: boolean;
  isFace: boolean;
  /** Key of the trade that it was used for. */
  usedBy?: string;
}

/** Eighteen digits that begin with 10 to 15. */
export const isAuthCode = (code: string) => /^1[0-5]\d{16}$/.test(code);

/** Shows a fresh bar code. */
export function showAuthCode(
  { authCodes, core }: Wechatpay,
  code: Omit<AuthCode, "code" | "expiresAt" | "usedBy">,
): AuthCode {
  const prefix = firstPrefix + (Number(randomDigits(6)) % prefixes);
  const shown = { ...code, code: `${prefix}${randomDigits(16)}`, expiresAt: core.clock.now() + lifetimeMs };
  authCodes.put(shown.code, shown);
  return shown;
}

/** Takes a code for a trade; throws as the service does for one that is no code, used or too old. */
export function useAuthCode({ authCodes, core }: Wechatpay, code: string, tradeKey: string): AuthCode {
  if (!isAuthCode(code)) throw new WechatpayError(400, "AUTH_CODE_ERROR", "付款码参数错误");
  const shown = authCodes.get(code);
  if (!shown) throw new WechatpayError(400, "AUTH_CODE_INVALID", "请扫描微信支付付款码");
  if (shown.usedBy !== undefined) {
    throw new WechatpayError(400, "AUTH_CODE_INVALID", "101 每个二维码仅限使用一次，请刷新再试");
  }
  if (core.clock.now() >= shown.expiresAt) {
    throw new WechatpayError(400, "AUTHCODEEXPIRE", "二维码已过期，请用户在微信上刷新后再试");
  }
  const used = { ...shown, usedBy: tradeKey };
  authCodes.put(code, used);
  return used;
}
