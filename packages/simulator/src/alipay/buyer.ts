import { SimulatorError, type SimulatorErrorCode } from "../core/error.ts";
import type { ChannelPayer, InvocationParams, PayerView } from "../core/payer.ts";
import type { AlipayContext } from "./call.ts";
import { cashierPath, codeOfCashierPath } from "./cashier/path.ts";
import { createCodeHolder } from "./code-holder.ts";
import { AlipayRefusal } from "./errors.ts";
import { admitRequest } from "./gateway.ts";
import type { AlipayMethod } from "./methods.ts";
import type { AlipayOrder, StartedOrder } from "./order.ts";
import { isBarCode, isFaceToken } from "./payer-code.ts";
import { returnUrlOf } from "./return-url.ts";

/** The buyer with the Alipay wallet and browser: his first step begins the trade, paying succeeds at once and notifies. */
export function createBuyer(context: AlipayContext): ChannelPayer {
  const { orders, trades, merchants, core } = context;
  const holder = createCodeHolder(context);
  const now = () => core.clock.now();
  const gateway = () => core.urls().alipay;
  const origin = () => gateway().replace(/\/gateway\.do$/, "");
  const isLink = (text: string) => text.startsWith(`${gateway()}?`) || text.startsWith(`${origin()}${cashierPath}`);

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

  const ofQrCode = {
    open: (code: string) => viewOf(look(code), code),
    refuse: (code: string) => viewOf(payable(code), code),
    pay(code: string) {
      const order = payable(code);
      const started: StartedOrder = order.trade ? { ...order, trade: order.trade } : trades.start(order);
      return viewOf(trades.pay(started), code);
    },
    confirm(): PayerView {
      throw new SimulatorError("NOTHING_TO_CONFIRM", "only a bar code waits for a password");
    },
  };
  const at = (code: string) => (isBarCode(code) || isFaceToken(code) ? holder : ofQrCode);

  /** The order that a link leads to. */
  function follow(url: string): AlipayOrder {
    const { pathname, searchParams } = new URL(url);
    const code = codeOfCashierPath(pathname);
    return code === undefined ? placeSigned(context, "page", searchParams) : find(code);
  }

  const codeOf = (text: string) => (isLink(text) ? follow(text).qrCode : text);

  return {
    channel: "alipay",
    owns: (code) => code.startsWith("https://qr.alipay.com/") || isBarCode(code) || isFaceToken(code) || isLink(code),
    ownsParams: (params) => "tradeNO" in readInvocation(params) || "method" in readInvocation(params),
    actions: {
      open: (text) => at(text).open(codeOf(text)),
      refuse: (text) => at(text).refuse(codeOf(text)),
      pay: (text) => at(text).pay(codeOf(text)),
      confirm: (code) => at(code).confirm(code),
      payerCode: holder.show,
      visit(url) {
        if (!isLink(url)) throw new SimulatorError("INVALID_INVOCATION", "this is no link to Alipay's cashier");
        const order = follow(url);
        return viewOf(order, order.qrCode);
      },
      invoke(params) {
        const fields = readInvocation(params);
        const order = fields.tradeNO
          ? orders.byTradeNo(fields.tradeNO)
          : placeSigned(context, "app", new URLSearchParams(fields));
        if (!order) throw new SimulatorError("INVALID_INVOCATION", "Alipay knows no such trade");
        return viewOf(order, order.qrCode);
      },
    },
  };
}

/** `my.tradePay` takes a trade number or an order string; an app's SDK takes an order string. */
function readInvocation(params: InvocationParams): Readonly<Record<string, string>> {
  const text = typeof params === "string" ? params : params.orderStr;
  if (text === undefined) return typeof params === "string" ? {} : params;
  return Object.fromEntries(new URLSearchParams(text));
}

/** How an order ended that a buyer brings once more. */
const endOfOrder: Readonly<Record<string, SimulatorErrorCode>> = {
  "ACQ.TRADE_HAS_SUCCESS": "ALREADY_PAID",
  "ACQ.TRADE_HAS_CLOSE": "ORDER_CLOSED",
  "ACQ.NOW_TIME_AFTER_EXPIRE_TIME_ERROR": "CODE_EXPIRED",
};

/** Takes an order that the merchant signed and a buyer brings; what the gateway refuses is an invalid invocation. */
function placeSigned(context: AlipayContext, by: AlipayMethod["by"], params: URLSearchParams): AlipayOrder {
  try {
    const { method, call } = admitRequest(Object.fromEntries(params), context);
    if (method.by === "api" || method.by !== by) {
      throw new SimulatorError("INVALID_INVOCATION", `${params.get("method")} is not for the buyer's ${by}`);
    }
    return method.place(call);
  } catch (error) {
    if (!(error instanceof AlipayRefusal)) throw error;
    throw new SimulatorError(endOfOrder[error.answer.sub_code ?? ""] ?? "INVALID_INVOCATION", error.message);
  }
}

/** The order as the payer and the ledger see it: refunded is still paid, cancelled is closed. */
export function stateOf({ trade }: Pick<AlipayOrder, "trade">): "unpaid" | "paid" | "closed" {
  if (trade?.paidAt !== undefined && trade.cancelledBy === undefined) return "paid";
  return trade?.status === "TRADE_CLOSED" ? "closed" : "unpaid";
}
