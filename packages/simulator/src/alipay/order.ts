import type { Book } from "../core/book.ts";

/** Source: https://opendocs.alipay.com/open/82ea786a_alipay.trade.query */
type TradeStatus = "WAIT_BUYER_PAY" | "TRADE_SUCCESS" | "TRADE_FINISHED" | "TRADE_CLOSED";

/** A trade exists only once a buyer has scanned the code; times in epoch ms. */
export type AlipayTrade = {
  tradeNo: string;
  status: TradeStatus;
  buyerId: string;
  buyerLogonId: string;
  createdAt: number;
  paidAt?: number;
  closedAt?: number;
  cancelledBy?: "close" | "refund";
};

/** What a precreate call left behind; amount in fen, times in epoch ms. */
export type AlipayOrder = {
  appId: string;
  sellerId: string;
  outTradeNo: string;
  amount: number;
  subject: string;
  body?: string;
  passbackParams?: string;
  notifyUrl?: string;
  createdAt: number;
  tradeExpiresAt: number;
  qrCode: string;
  qrExpiresAt: number;
  trade?: AlipayTrade;
};

/** The orders of all sellers, findable by each of their numbers. */
export type OrderBook = {
  byKey(key: string): AlipayOrder | undefined;
  byOutTradeNo(sellerId: string, outTradeNo: string): AlipayOrder | undefined;
  byTradeNo(sellerId: string, tradeNo: string): AlipayOrder | undefined;
  byQrCode(qrCode: string): AlipayOrder | undefined;
  save(order: AlipayOrder): void;
  list(): AlipayOrder[];
};

/** Key of an order in the books: order numbers are unique per seller. */
export function orderKey(order: Pick<AlipayOrder, "sellerId" | "outTradeNo">): string {
  return `${order.sellerId}/${order.outTradeNo}`;
}

/** Opens the orders; a trade whose time is over is found closed. */
export function openOrderBook(book: Book, now: () => number): OrderBook {
  const orders = book.collection<AlipayOrder>("alipay.order");
  const keyByQrCode = book.collection<string>("alipay.qr-code");
  const keyByTradeNo = book.collection<string>("alipay.trade-no");

  function save(order: AlipayOrder): void {
    const key = orderKey(order);
    orders.put(key, order);
    if (keyByQrCode.get(order.qrCode) === undefined) keyByQrCode.put(order.qrCode, key);
    const tradeNo = order.trade?.tradeNo;
    if (tradeNo !== undefined && keyByTradeNo.get(tradeNo) === undefined) keyByTradeNo.put(tradeNo, key);
  }

  function settled(order: AlipayOrder | undefined): AlipayOrder | undefined {
    if (order?.trade?.status !== "WAIT_BUYER_PAY" || now() < order.tradeExpiresAt) return order;
    const closed: AlipayOrder = {
      ...order,
      trade: { ...order.trade, status: "TRADE_CLOSED", closedAt: order.tradeExpiresAt },
    };
    save(closed);
    return closed;
  }

  const byKey = (key: string | undefined) => (key === undefined ? undefined : settled(orders.get(key)));
  return {
    byKey,
    byOutTradeNo: (sellerId, outTradeNo) => byKey(orderKey({ sellerId, outTradeNo })),
    byTradeNo(sellerId, tradeNo) {
      const order = byKey(keyByTradeNo.get(tradeNo));
      return order?.sellerId === sellerId ? order : undefined;
    },
    byQrCode: (qrCode) => byKey(keyByQrCode.get(qrCode)),
    save,
    list: () => orders.list().map((order) => settled(order) ?? order),
  };
}
