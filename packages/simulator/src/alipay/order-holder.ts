import { SimulatorError } from "../core/error.ts";
import type { PayerView } from "../core/payer.ts";
import type { AlipayContext } from "./call.ts";
import type { AlipayOrder, StartedOrder } from "./order.ts";
import { returnUrlOf } from "./return-url.ts";

/** A buyer before an order that he scanned, logged in to or was asked to pay; `code` is the order's QR code. */
export type OrderHolder = {
  find(code: string): AlipayOrder;
  /** What he sees, without beginning anything. */
  view(order: AlipayOrder, code: string): PayerView;
  open(code: string): PayerView;
  pay(code: string): PayerView;
  refuse(code: string): PayerView;
  confirm(code: string): PayerView;
};

/** His first step begins the trade, and paying succeeds at once. */
export function createOrderHolder({ orders, trades, merchants, core }: AlipayContext): OrderHolder {
  const now = () => core.clock.now();

  function find(code: string): AlipayOrder {
    const order = orders.byQrCode(code);
    if (!order) throw new SimulatorError("UNKNOWN_CODE", "Alipay knows no such code");
    return order;
  }

  function isExpired(order: AlipayOrder, code: string): boolean {
    if (order.trade) return order.trade.status === "TRADE_CLOSED" && order.trade.closedAt === order.tradeExpiresAt;
    return order.qrCode !== code || now() >= order.qrExpiresAt;
  }

  function view(order: AlipayOrder, code: string): PayerView {
    const merchant = merchants.get(order.appId);
    return {
      channel: "alipay",
      code,
      merchantName: order.merchantName,
      subject: order.subject,
      amount: order.amount,
      state: isExpired(order, code) ? "expired" : stateOf(order),
      expiresAt: order.trade ? order.tradeExpiresAt : order.qrExpiresAt,
      returnUrl: merchant && returnUrlOf(order, merchant, now()),
    };
  }

  /** The first look begins the trade, except in the wallet of an app order: that one begins with the payment. */
  function look(code: string): AlipayOrder {
    const order = find(code);
    return order.trade || order.product === "app" || isExpired(order, code) ? order : trades.start(order);
  }

  function payable(code: string): AlipayOrder {
    const order = look(code);
    if (isExpired(order, code)) throw new SimulatorError("CODE_EXPIRED", "this code has expired");
    if (stateOf(order) === "closed") throw new SimulatorError("ORDER_CLOSED", "this order was closed");
    if (stateOf(order) === "paid") throw new SimulatorError("ALREADY_PAID", "this order is already paid");
    return order;
  }

  return {
    find,
    view,
    open: (code) => view(look(code), code),
    refuse: (code) => view(payable(code), code),
    pay(code) {
      const order = payable(code);
      const started: StartedOrder = order.trade ? { ...order, trade: order.trade } : trades.start(order);
      return view(trades.pay(started), code);
    },
    confirm() {
      throw new SimulatorError("NOTHING_TO_CONFIRM", "only a bar code waits for a password");
    },
  };
}

/** The order as the payer and the ledger see it: refunded is still paid, cancelled is closed. */
export function stateOf({ trade }: Pick<AlipayOrder, "trade">): "unpaid" | "paid" | "closed" {
  if (trade?.paidAt !== undefined && trade.cancelledBy === undefined) return "paid";
  return trade?.status === "TRADE_CLOSED" ? "closed" : "unpaid";
}
