import type { CallbackSender } from "../core/callbacks.ts";
import { SimulatorError } from "../core/error.ts";
import type { ChannelPayer, PayerView } from "../core/payer.ts";
import { beijingStamp } from "./beijing-time.ts";
import { type AlipayMerchant, randomDigits } from "./merchant.ts";
import { createNotifyId } from "./notify.ts";
import { type AlipayOrder, type AlipayTrade, type OrderBook, orderKey } from "./order.ts";

type ScannedOrder = AlipayOrder & { trade: AlipayTrade };

/** The buyer with the Alipay wallet: scanning creates the trade, paying succeeds at once and notifies. */
export function createBuyer(options: {
  orders: OrderBook;
  merchants: ReadonlyMap<string, AlipayMerchant>;
  callbacks: CallbackSender;
  now: () => number;
}): ChannelPayer {
  const { orders, merchants, callbacks, now } = options;

  function find(code: string): AlipayOrder {
    const order = orders.byQrCode(code);
    if (!order) throw new SimulatorError("UNKNOWN_CODE", "Alipay knows no such code");
    return order;
  }

  function isExpired(order: AlipayOrder, code: string): boolean {
    if (order.trade) return order.trade.status === "TRADE_CLOSED" && order.trade.closedAt === order.tradeExpiresAt;
    return order.qrCode !== code || now() >= order.qrExpiresAt;
  }

  function viewOf(order: AlipayOrder, code: string): PayerView {
    return {
      channel: "alipay",
      code,
      merchantName: merchants.get(order.appId)?.name ?? order.sellerId,
      subject: order.subject,
      amount: order.amount,
      state: isExpired(order, code) ? "expired" : stateOf(order),
      expiresAt: order.trade ? order.tradeExpiresAt : order.qrExpiresAt,
    };
  }

  function scan(code: string): AlipayOrder {
    const order = find(code);
    if (order.trade || isExpired(order, code)) return order;
    const at = now();
    const trade: AlipayTrade = {
      tradeNo: `${beijingStamp(at).date}22001${randomDigits(15)}`,
      status: "WAIT_BUYER_PAY",
      buyerId: "2088622987654321",
      buyerLogonId: "159****5620",
      createdAt: at,
    };
    const scanned = { ...order, trade };
    orders.save(scanned);
    return scanned;
  }

  function scanPayable(code: string): ScannedOrder {
    const order = scan(code);
    if (isExpired(order, code)) throw new SimulatorError("CODE_EXPIRED", "this code has expired");
    if (!order.trade || order.trade.status === "TRADE_CLOSED") {
      throw new SimulatorError("ORDER_CLOSED", "this order was closed");
    }
    if (order.trade.status !== "WAIT_BUYER_PAY") throw new SimulatorError("ALREADY_PAID", "this order is already paid");
    return { ...order, trade: order.trade };
  }

  const unknown = (): never => {
    throw new SimulatorError("UNKNOWN_CODE", "Alipay knows no such code");
  };
  return {
    channel: "alipay",
    owns: (code) => code.startsWith("https://qr.alipay.com/"),
    ownsParams: () => false,
    actions: {
      open: (code) => viewOf(scan(code), code),
      refuse: (code) => viewOf(scanPayable(code), code),
      pay(code) {
        const order = scanPayable(code);
        const paid: AlipayOrder = { ...order, trade: { ...order.trade, status: "TRADE_SUCCESS", paidAt: now() } };
        orders.save(paid);
        if (paid.notifyUrl !== undefined) {
          callbacks.enqueue({
            id: createNotifyId(now()),
            channel: "alipay",
            outTradeNo: paid.outTradeNo,
            subjectKey: orderKey(paid),
            url: paid.notifyUrl,
          });
        }
        return viewOf(paid, code);
      },
      confirm: unknown,
      visit: unknown,
      invoke: unknown,
      payerCode: unknown,
    },
  };
}

/** The order as the payer and the ledger see it. */
export function stateOf(order: AlipayOrder): "unpaid" | "paid" | "closed" {
  switch (order.trade?.status) {
    case "TRADE_SUCCESS":
    case "TRADE_FINISHED":
      return "paid";
    case "TRADE_CLOSED":
      return "closed";
    case "WAIT_BUYER_PAY":
    case undefined:
      return "unpaid";
  }
}
