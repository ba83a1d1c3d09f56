import { SimulatorError } from "../core/error.ts";
import type { PayerView } from "../core/payer.ts";
import type { AuthCode } from "./auth-code.ts";
import { markPaid } from "./mark-paid.ts";
import { payerView } from "./payer-view.ts";
import type { Trade, Wechatpay } from "./trade.ts";

/** What the payer does with a bar code, once a merchant has scanned it and before. */
export interface BarCodePayer {
  view(code: string): PayerView;
  confirm(code: string): PayerView;
  refuse(code: string): PayerView;
}

export function createBarCodePayer(wechatpay: Wechatpay): BarCodePayer {
  const { authCodes, trades, core } = wechatpay;

  function find(code: string): AuthCode {
    const shown = authCodes.get(code);
    if (!shown) throw new SimulatorError("UNKNOWN_CODE", "no wallet shows this bar code");
    return shown;
  }

  function view(code: string): PayerView {
    const { usedBy, expiresAt } = find(code);
    const trade = usedBy === undefined ? undefined : trades.byKey(usedBy);
    if (trade) return payerView(wechatpay, trade, code);
    const state = core.clock.now() >= expiresAt ? "expired" : "waiting";
    return { channel: "wechatpay", code, merchantName: "", subject: "", amount: 0, state, expiresAt };
  }

  function typing(code: string): { shown: AuthCode; trade: Trade } {
    const shown = find(code);
    const trade = shown.usedBy === undefined ? undefined : trades.byKey(shown.usedBy);
    if (trade?.state === "USERPAYING") return { shown, trade };
    throw new SimulatorError("NOTHING_TO_CONFIRM", "this bar code waits for no password");
  }

  return {
    view,
    confirm(code) {
      const { shown, trade } = typing(code);
      if (shown.isShort) trades.save({ ...trade, state: "PAYERROR" });
      else markPaid(wechatpay, trade);
      return view(code);
    },
    refuse(code) {
      const { trade } = typing(code);
      trades.save({ ...trade, state: "PAYERROR" });
      return view(code);
    },
  };
}
