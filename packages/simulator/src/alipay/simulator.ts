import type { ChannelSimulator, Core, LedgerEntry } from "../core/channel.ts";
import { createBuyer, stateOf } from "./buyer.ts";
import type { RepeatPrecreate } from "./call.ts";
import type { AlipayMerchant } from "./merchant.ts";
import { alipayCallbackKind } from "./notify.ts";
import { type AlipayOrder, openOrderBook } from "./order.ts";
import { createAlipayServer } from "./router.ts";

export type AlipayOptions = {
  merchants: readonly AlipayMerchant[];
  /** What a repeated identical precreate gets; `same_qr` by default. */
  repeatPrecreate?: RepeatPrecreate | undefined;
};

/** Alipay with the precreate product: its gateway, its buyer and its books. */
export function createAlipaySimulator(core: Core, options: AlipayOptions): ChannelSimulator {
  const now = () => core.clock.now();
  const orders = openOrderBook(core.book, now);
  const merchants = new Map(options.merchants.map((merchant) => [merchant.appId, merchant]));
  core.callbacks.register("alipay", alipayCallbackKind({ orders, merchants, now }));
  return {
    channel: "alipay",
    server: createAlipayServer({ core, orders, merchants, repeatPrecreate: options.repeatPrecreate ?? "same_qr" }),
    payer: createBuyer({ orders, merchants, callbacks: core.callbacks, now }),
    ledger: () => orders.list().map(ledgerEntry),
  };
}

function ledgerEntry(order: AlipayOrder): LedgerEntry {
  return {
    channel: "alipay",
    merchantId: order.sellerId,
    outTradeNo: order.outTradeNo,
    channelTradeNo: order.trade?.tradeNo,
    amount: order.amount,
    state: stateOf(order),
    createdAt: order.createdAt,
    paidAt: order.trade?.paidAt,
    refunds: [],
  };
}
