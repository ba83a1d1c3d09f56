import type { ChannelSimulator, Core, LedgerEntry } from "../core/channel.ts";
import { feeOf } from "../core/fee.ts";
import { openBillSecret } from "./bill-link.ts";
import { createBuyer } from "./buyer.ts";
import type { AlipayContext, EmptyBills, RepeatPrecreate } from "./call.ts";
import { createDeadlines } from "./deadlines.ts";
import type { AlipayMerchant } from "./merchant.ts";
import { createNotices, defaultTriggers, type Notices, type NoticeTriggers } from "./notices.ts";
import { alipayCallbackKind } from "./notify.ts";
import { type AlipayOrder, deadlineOf, type OrderBook, openOrderBook, orderKey } from "./order.ts";
import { stateOf } from "./order-holder.ts";
import { openPayerCodes } from "./payer-code.ts";
import { createAlipayServer } from "./router.ts";
import { createTrades } from "./trades.ts";

export type AlipayOptions = {
  merchants: readonly AlipayMerchant[];
  /** What a repeated identical precreate gets; `same_qr` by default. */
  repeatPrecreate?: RepeatPrecreate | undefined;
  /** How long a paid trade can be refunded; a year by default, 0 for a product that never can. */
  refundWindowMs?: number | undefined;
  /** The least time between two refunds of one trade; none by default, 3 s in Alipay's documents. */
  refundGapMs?: number | undefined;
  /** What a day without business has for a bill; `not_exist` by default. */
  emptyBills?: EmptyBills | undefined;
  /** Which notifications the orders of a product cause, where that is not as documented. */
  triggers?: Partial<NoticeTriggers> | undefined;
};

const yearMs = 365 * 86_400_000;

/** Alipay: its gateway, its cashier, its buyer and its books. */
export function createAlipaySimulator(core: Core, options: AlipayOptions): ChannelSimulator {
  const now = () => core.clock.now();
  const { refundWindowMs = yearMs, refundGapMs = 0, repeatPrecreate = "same_qr", emptyBills = "not_exist" } = options;
  const merchants = new Map(options.merchants.map((merchant) => [merchant.appId, merchant]));
  const triggers = { ...defaultTriggers, ...options.triggers };
  const notices = createNotices({ callbacks: core.callbacks, triggers, now });
  const { orders, watch } = openTimedOrders({ core, notices, refundWindowMs });
  const trades = createTrades({ orders, notices, clock: core.clock, refundWindowMs });
  const payerCodes = openPayerCodes(core.book, now);
  const rules = { repeatPrecreate, refundGapMs, emptyBills, billSecret: openBillSecret(core.book) };
  const context: AlipayContext = { core, merchants, orders, trades, payerCodes, ...rules };
  core.callbacks.register("alipay", alipayCallbackKind({ orders, merchants, now }));
  const payer = createBuyer(context);
  return {
    channel: "alipay",
    server: createAlipayServer({ context, payer }),
    payer,
    ledger: () => orders.list().map((order) => ledgerEntry(order, merchants.get(order.appId)?.feeRate)),
    resume() {
      for (const order of orders.list()) watch(order);
      trades.resume();
    },
  };
}

/** Time closes unpaid trades and ends refunds, whether anybody looks or not. */
function openTimedOrders(options: { core: Core; notices: Notices; refundWindowMs: number }): {
  orders: OrderBook;
  watch(order: AlipayOrder): void;
} {
  const { core, notices, refundWindowMs } = options;
  const deadlines = createDeadlines({ clock: core.clock, due: (key) => orders.byKey(key) });
  const watch = (order: AlipayOrder) => deadlines.watch(orderKey(order), deadlineOf(order, refundWindowMs));

  function overdue(order: AlipayOrder): AlipayOrder | undefined {
    const at = deadlineOf(order, refundWindowMs);
    if (!order.trade || core.clock.now() < at) return undefined;
    const unpaid = order.trade.paidAt === undefined;
    const status = unpaid ? ("TRADE_CLOSED" as const) : ("TRADE_FINISHED" as const);
    const over = { ...order, trade: { ...order.trade, status, ...(unpaid && { closedAt: at }) } };
    notices.send(unpaid ? "closed" : "finished", over);
    return over;
  }

  const orders: OrderBook = openOrderBook({ book: core.book, overdue, onSave: watch });
  return { orders, watch };
}

function ledgerEntry(order: AlipayOrder, feeRate: number | undefined): LedgerEntry {
  const { amount, trade } = order;
  const state = stateOf(order);
  return {
    channel: "alipay",
    merchantId: order.sellerId,
    outTradeNo: order.outTradeNo,
    channelTradeNo: trade?.tradeNo,
    amount,
    state,
    createdAt: order.createdAt,
    paidAt: trade?.paidAt,
    fee: state === "paid" ? feeOf({ amount, feeRate }) : undefined,
    refunds: (trade?.refunds ?? []).map((refund) => ({
      outRefundNo: refund.outRequestNo,
      channelRefundNo: trade?.tradeNo ?? "",
      amount: refund.amount,
      state: refund.state,
      createdAt: refund.createdAt,
      succeededAt: refund.succeededAt,
    })),
  };
}
