import type { SimClock } from "../core/clock.ts";
import { beijingStamp } from "./beijing-time.ts";
import { randomDigits } from "./merchant.ts";
import type { Notices } from "./notices.ts";
import type { AlipayBuyer, AlipayOrder, AlipayRefund, AlipayTrade, OrderBook, StartedOrder } from "./order.ts";

/** The payer whose phone this is. */
export const phoneBuyer: AlipayBuyer = { buyerId: "2088622987654321", buyerLogonId: "159****5620" };

/** Every step of a trade, kept in the books and notified; the caller has checked that it is allowed. */
export type Trades = {
  start(order: AlipayOrder, buyer?: AlipayBuyer): StartedOrder;
  pay(order: StartedOrder): StartedOrder;
  close(order: StartedOrder, options?: { cancelledBy?: "close" | "refund"; notifyUrl?: string | undefined }): void;
  /** Takes a refund; a `processing` one succeeds at its `succeedsAt`. */
  refund(order: StartedOrder, refund: AlipayRefund): StartedOrder;
  /** Goes on with the refunds that a stopped simulator left processing. */
  resume(): void;
};

export function createTrades(options: {
  orders: OrderBook;
  notices: Notices;
  clock: SimClock;
  refundWindowMs: number;
}): Trades {
  const { orders, notices, clock, refundWindowMs } = options;

  function keep(order: AlipayOrder, trade: AlipayTrade): StartedOrder {
    const kept = { ...order, trade };
    orders.save(kept);
    return kept;
  }

  function succeed(order: StartedOrder, refund: AlipayRefund): StartedOrder {
    const at = clock.now();
    const cumulative = refundedOf(order.trade) + refund.amount;
    const done: AlipayRefund = { ...refund, state: "succeeded", succeededAt: at, cumulative };
    const full = cumulative === order.amount;
    const refunded = keep(order, {
      ...order.trade,
      ...(full && { status: "TRADE_CLOSED" as const, closedAt: at }),
      refunds: [...order.trade.refunds.filter((one) => one.outRequestNo !== refund.outRequestNo), done],
    });
    notices.send(full ? "refunded_in_full" : "refunded", refunded, { refund: done });
    return refunded;
  }

  function succeedLater(tradeNo: string, refund: AlipayRefund): void {
    if (refund.state !== "processing" || refund.succeedsAt === undefined) return;
    clock.schedule(refund.succeedsAt - clock.now(), () => {
      const current = orders.byTradeNo(tradeNo);
      if (current?.trade) succeed({ ...current, trade: current.trade }, refund);
    });
  }

  return {
    start(order, buyer = phoneBuyer) {
      const at = clock.now();
      const tradeExpiresAt = order.tradeTimeoutMs === undefined ? order.tradeExpiresAt : at + order.tradeTimeoutMs;
      const tradeNo = `${beijingStamp(at).date}22001${randomDigits(15)}`;
      return keep(
        { ...order, tradeExpiresAt },
        { ...buyer, tradeNo, status: "WAIT_BUYER_PAY", createdAt: at, refunds: [] },
      );
    },
    pay(order) {
      const forGood = refundWindowMs === 0;
      const status = forGood ? "TRADE_FINISHED" : "TRADE_SUCCESS";
      const paid = keep(order, { ...order.trade, status, paidAt: clock.now() });
      notices.send(forGood ? "paid_for_good" : "paid", paid);
      return paid;
    },
    close(order, { cancelledBy, notifyUrl } = {}) {
      const closed = keep(order, {
        ...order.trade,
        status: "TRADE_CLOSED",
        closedAt: clock.now(),
        ...(cancelledBy && { cancelledBy }),
      });
      if (cancelledBy !== "refund") notices.send("closed", closed, { url: notifyUrl ?? order.notifyUrl });
    },
    refund(order, refund) {
      if (refund.state === "succeeded") return succeed(order, refund);
      const taken = keep(order, { ...order.trade, refunds: [...order.trade.refunds, refund] });
      succeedLater(taken.trade.tradeNo, refund);
      return taken;
    },
    resume() {
      for (const { trade } of orders.list()) {
        for (const refund of trade?.refunds ?? []) if (trade) succeedLater(trade.tradeNo, refund);
      }
    },
  };
}

/** What the trade's buyer has got back in all, in fen. */
export function refundedOf(trade: AlipayTrade): number {
  return sumOf(trade.refunds.filter(({ state }) => state === "succeeded"));
}

/** Refunded or about to be, in fen. */
export function reservedOf(trade: AlipayTrade): number {
  return sumOf(trade.refunds.filter(({ state }) => state === "succeeded" || state === "processing"));
}

function sumOf(refunds: readonly AlipayRefund[]): number {
  return refunds.reduce((sum, { amount }) => sum + amount, 0);
}
