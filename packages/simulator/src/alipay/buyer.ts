import { SimulatorError, type SimulatorErrorCode } from "../core/error.ts";
import type { ChannelPayer, InvocationParams } from "../core/payer.ts";
import type { AlipayContext } from "./call.ts";
import { cashierPath, codeOfCashierPath } from "./cashier/path.ts";
import { createCodeHolder } from "./code-holder.ts";
import { AlipayRefusal } from "./errors.ts";
import { admitRequest } from "./gateway.ts";
import type { AlipayMethod } from "./methods.ts";
import type { AlipayOrder } from "./order.ts";
import { createOrderHolder } from "./order-holder.ts";
import { isBarCode, isFaceToken } from "./payer-code.ts";

/** The buyer with the Alipay wallet and browser: his first step begins the trade, paying succeeds at once and notifies. */
export function createBuyer(context: AlipayContext): ChannelPayer {
  const ofCode = createCodeHolder(context);
  const ofOrder = createOrderHolder(context);
  const gateway = () => context.core.urls().alipay;
  const origin = () => gateway().replace(/\/gateway\.do$/, "");
  const isLink = (text: string) => text.startsWith(`${gateway()}?`) || text.startsWith(`${origin()}${cashierPath}`);

  const at = (code: string) => (isBarCode(code) || isFaceToken(code) ? ofCode : ofOrder);

  /** The order that a link leads to. */
  function follow(url: string): AlipayOrder {
    const { pathname, searchParams } = new URL(url);
    const code = codeOfCashierPath(pathname);
    return code === undefined ? placeSigned(context, "page", searchParams) : ofOrder.find(code);
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
      payerCode: ofCode.show,
      visit(url) {
        if (!isLink(url)) throw new SimulatorError("INVALID_INVOCATION", "this is no link to Alipay's cashier");
        const order = follow(url);
        return ofOrder.view(order, order.qrCode);
      },
      invoke(params) {
        const fields = readInvocation(params);
        const order = fields.tradeNO
          ? context.orders.byTradeNo(fields.tradeNO)
          : placeSigned(context, "app", new URLSearchParams(fields));
        if (!order) throw new SimulatorError("INVALID_INVOCATION", "Alipay knows no such trade");
        return ofOrder.view(order, order.qrCode);
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
