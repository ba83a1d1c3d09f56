import type { ChannelSimulator, Core } from "../core/channel.ts";
import { paymentCallback } from "./notify.ts";
import { createWechatpayPayer } from "./payer.ts";
import { createRouter } from "./router.ts";
import { createKeyRing } from "./sign.ts";
import type { Wechatpay, WechatpayOptions } from "./trade.ts";
import { openTrades, toLedgerEntry } from "./trade.ts";

/** Builds WeChat Pay (API v3, Native) on the core; the server is not listening yet. */
export function createWechatpaySimulator(core: Core, options: WechatpayOptions): ChannelSimulator {
  const { merchants, reuse = "live", strictNotifyUrl = false } = options;
  const wechatpay: Wechatpay = {
    core,
    keys: createKeyRing(),
    merchants: new Map(merchants.map((merchant) => [merchant.mchid, merchant])),
    reuse,
    strictNotifyUrl,
    trades: openTrades(core),
  };
  core.callbacks.register("wechatpay", paymentCallback(wechatpay));
  return {
    channel: "wechatpay",
    server: createRouter(wechatpay),
    payer: createWechatpayPayer(wechatpay),
    ledger: () => wechatpay.trades.list().map(toLedgerEntry),
  };
}
