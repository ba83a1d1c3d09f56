import type { Book } from "../core/book.ts";
import type { LedgerRefund } from "../core/channel.ts";

/** Source: https://opendocs.alipay.com/open/82ea786a_alipay.trade.query */
type TradeStatus = "WAIT_BUYER_PAY" | "TRADE_SUCCESS" | "TRADE_FINISHED" | "TRADE_CLOSED";

/** Which ordering API placed the order. */
export type AlipayProduct = "precreate" | "pay" | "create" | "page" | "wap" | "app";

/** One refund of a trade; amount in fen, times in epoch ms. */
export type AlipayRefund = {
  outRequestNo: string;
  amount: number;
  reason?: string;
  state: LedgerRefund["state"];
  createdAt: number;
  /** When a processing one will succeed. */
  succeedsAt?: number;
  succeededAt?: number;
  /** What the trade had been refunded in all once this one had succeeded. */
  cumulative?: number;
};

/** A buyer; apps that know buyers by open id see no `buyerId`. */
export type AlipayBuyer = { buyerId: string; buyerLogonId: string; buyerOpenId?: string };

/** What a buyer's first step made of an order; times in epoch ms. */
export type AlipayTrade = AlipayBuyer & {
  tradeNo: string;
  status: TradeStatus;
  createdAt: number;
  paidAt?: number;
  closedAt?: number;
  cancelledBy?: "close" | "refund";
  refunds: readonly AlipayRefund[];
};

/** What an ordering call left behind; amount in fen, times in epoch ms. */
export type AlipayOrder = {
  product: AlipayProduct;
  appId: string;
  /** The merchant's own app; another than `appId` when a service provider acted for it. */
  authAppId: string;
  sellerId: string;
  merchantName: string;
  outTradeNo: string;
  amount: number;
  subject: string;
  body?: string;
  passbackParams?: string;
  notifyUrl?: string;
  returnUrl?: string;
  quitUrl?: string;
  createdAt: number;
  tradeExpiresAt: number;
  /** When given, the trade's time is counted from its own beginning instead of the call's. */
  tradeTimeoutMs?: number;
  /** What a buyer scans; orders that show no code have one too, as their name at the buyer's. */
  qrCode: string;
  qrExpiresAt: number;
  trade?: AlipayTrade;
};

/** An order whose trade has begun. */
export type StartedOrder = AlipayOrder & { trade: AlipayTrade };

/** The orders of all sellers, findable by each of their numbers. */
export type OrderBook = {
  byKey(key: string): AlipayOrder | undefined;
  byOutTradeNo(sellerId: string, outTradeNo: string): AlipayOrder | undefined;
  byTradeNo(tradeNo: string): AlipayOrder | undefined;
  byQrCode(qrCode: string): AlipayOrder | undefined;
  save(order: AlipayOrder): void;
  list(): AlipayOrder[];
};

/** Key of an order in the books: order numbers are unique per seller. */
export function orderKey(order: Pick<AlipayOrder, "sellerId" | "outTradeNo">): string {
  return `${order.sellerId}/${order.outTradeNo}`;
}

/** When time alone changes the trade next: its expiry while unpaid, the end of its refund window once paid. */
export function deadlineOf(order: AlipayOrder, refundWindowMs: number): number {
  if (order.trade?.status === "WAIT_BUYER_PAY") return order.tradeExpiresAt;
  if (order.trade?.status === "TRADE_SUCCESS") return (order.trade.paidAt ?? order.createdAt) + refundWindowMs;
  return Number.POSITIVE_INFINITY;
}

/** Opens the orders; what `overdue` makes of a trade whose time is over is what everybody finds. */
export function openOrderBook(options: {
  book: Book;
  overdue: (order: AlipayOrder) => AlipayOrder | undefined;
  onSave: (order: AlipayOrder) => void;
}): OrderBook {
  const orders = options.book.collection<AlipayOrder>("alipay.order");
  const keyByQrCode = options.book.collection<string>("alipay.qr-code");
  const keyByTradeNo = options.book.collection<string>("alipay.trade-no");

  function save(order: AlipayOrder): void {
    const key = orderKey(order);
    orders.put(key, order);
    if (keyByQrCode.get(order.qrCode) === undefined) keyByQrCode.put(order.qrCode, key);
    const tradeNo = order.trade?.tradeNo;
    if (tradeNo !== undefined && keyByTradeNo.get(tradeNo) === undefined) keyByTradeNo.put(tradeNo, key);
    options.onSave(order);
  }

  function settled(order: AlipayOrder): AlipayOrder {
    const over = options.overdue(order);
    if (over) save(over);
    return over ?? order;
  }

  function byKey(key: string | undefined): AlipayOrder | undefined {
    const order = key === undefined ? undefined : orders.get(key);
    return order && settled(order);
  }

  return {
    byKey,
    byOutTradeNo: (sellerId, outTradeNo) => byKey(orderKey({ sellerId, outTradeNo })),
    byTradeNo: (tradeNo) => byKey(keyByTradeNo.get(tradeNo)),
    byQrCode: (qrCode) => byKey(keyByQrCode.get(qrCode)),
    save,
    list: () => orders.list().map(settled),
  };
}
