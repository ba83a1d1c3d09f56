import type { ChannelSimulator, Core } from "../core/channel.ts";
import { createErrorLimit } from "./error-limit.ts";
import { wechatpayCallback } from "./notify.ts";
import { createWechatpayPayer } from "./payer.ts";
import { openRefunds } from "./refund.ts";
import { resumeRefunds } from "./refund-settle.ts";
import { createRouter } from "./router.ts";
import { createKeyRing } from "./sign.ts";
import type { Wechatpay, WechatpayOptions } from "./trade.ts";
import { openTrades, toLedgerEntry } from "./trade.ts";

/** Builds WeChat Pay (API v3) on the core; the server is not listening yet. */
export function createWechatpaySimulator(core: Core, options: WechatpayOptions): ChannelSimulator {
  const { merchants, reuse = "live", strictNotifyUrl = false, userPaying = "state" } = options;
  const { refundDelayMs = 1000, refundGapMs = 0, refundErrorsPerSecond = 6 } = options;
  const wechatpay: Wechatpay = {
    core,
    keys: createKeyRing(),
    merchants: new Map(merchants.map((merchant) => [merchant.mchid, merchant])),
    options: { reuse, strictNotifyUrl, userPaying, refundDelayMs, refundGapMs, refundErrorsPerSecond },
    trades: openTrades(core),
    refunds: openRefunds(core),
    refundErrors: createErrorLimit(refundErrorsPerSecond),
    authCodes: core.book.collection("wechatpay.auth-code"),
    openids: core.book.collection("wechatpay.openid"),
    billTokens: core.book.collection("wechatpay.bill-token"),
  };
  core.callbacks.register("wechatpay", wechatpayCallback(wechatpay));
  return {
    channel: "wechatpay",
    server: createRouter(wechatpay),
    payer: createWechatpayPayer(wechatpay),
    ledger: () => wechatpay.trades.list().map((trade) => toLedgerEntry(wechatpay, trade)),
    resume: () => resumeRefunds(wechatpay),
  };
}
