import { SimulatorError } from "../core/error.ts";
import type { PayerCodeOptions, PayerView } from "../core/payer.ts";
import type { AlipayContext } from "./call.ts";
import type { StartedOrder } from "./order.ts";
import type { PayerCode } from "./payer-code.ts";

/** A buyer who shows his bar code (or his face) and may be asked for his password. */
export type CodeHolder = {
  show(options: PayerCodeOptions): string;
  open(code: string): PayerView;
  pay(code: string): PayerView;
  confirm(code: string): PayerView;
  refuse(code: string): PayerView;
};

export function createCodeHolder({ payerCodes, orders, trades, core }: AlipayContext): CodeHolder {
  function find(text: string): PayerCode {
    const code = payerCodes.get(text);
    if (!code) throw new SimulatorError("UNKNOWN_CODE", "no buyer has shown this code");
    return code;
  }

  function stateOfCode(code: PayerCode): PayerView["state"] {
    if (code.state === "refused") return "failed";
    if (code.state === "shown") return core.clock.now() < code.expiresAt ? "waiting" : "expired";
    const trade = code.orderKey === undefined ? undefined : orders.byKey(code.orderKey)?.trade;
    if (trade?.status === "TRADE_CLOSED" && (trade.paidAt === undefined || trade.cancelledBy)) return "closed";
    return code.state === "used" ? "paid" : "password";
  }

  function viewOf(code: PayerCode): PayerView {
    const { merchantName, subject, amount } = code.seen ?? { merchantName: "", subject: "", amount: 0 };
    const order = code.orderKey === undefined ? undefined : orders.byKey(code.orderKey);
    const expiresAt = order?.tradeExpiresAt ?? code.expiresAt;
    return { channel: "alipay", code: code.code, merchantName, subject, amount, state: stateOfCode(code), expiresAt };
  }

  /** The order whose password prompt is on the screen. */
  function prompted(code: PayerCode): StartedOrder {
    const order = code.orderKey === undefined ? undefined : orders.byKey(code.orderKey);
    if (code.state !== "password" || !order?.trade) {
      throw new SimulatorError("NOTHING_TO_CONFIRM", "this code waits for no password");
    }
    if (order.trade.status === "TRADE_CLOSED") throw new SimulatorError("ORDER_CLOSED", "this order was closed");
    if (order.trade.paidAt !== undefined) throw new SimulatorError("ALREADY_PAID", "this order is already paid");
    return { ...order, trade: order.trade };
  }

  function confirm(text: string): PayerView {
    const code = find(text);
    const order = prompted(code);
    const used: PayerCode = { ...code, state: "used" };
    payerCodes.save(used);
    trades.pay(order);
    return viewOf(used);
  }

  return {
    show: (options) => payerCodes.issue(options).code,
    open: (text) => viewOf(find(text)),
    pay: confirm,
    confirm,
    refuse(text) {
      const code = find(text);
      prompted(code);
      const refused: PayerCode = { ...code, state: "refused" };
      payerCodes.save(refused);
      return viewOf(refused);
    },
  };
}
