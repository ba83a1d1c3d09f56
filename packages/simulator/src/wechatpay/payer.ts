import { randomBytes, randomInt } from "node:crypto";
import { SimulatorError } from "../core/error.ts";
import type { ChannelPayer, PayerView } from "../core/payer.ts";
import { toBeijingDay } from "./beijing-time.ts";
import { notifyPaid } from "./notify.ts";
import type { Trade, Wechatpay } from "./trade.ts";

/** The payer's side of Native: scan, pay, or turn away. */
export function createWechatpayPayer(wechatpay: Wechatpay): ChannelPayer {
  const { trades, merchants, core } = wechatpay;

  function scan(code: string): Trade {
    const trade = trades.byCode(code);
    if (!trade) throw new SimulatorError("UNKNOWN_CODE", "WeChat Pay did not issue this code");
    if (trade.codeUrl !== code)
      throw new SimulatorError("CODE_EXPIRED", "the order was placed again: use its newest code");
    return trade;
  }

  function view(code: string): PayerView {
    const trade = scan(code);
    return {
      channel: "wechatpay",
      code,
      merchantName: merchants.get(trade.mchid)?.name ?? trade.mchid,
      subject: trade.description,
      amount: trade.total,
      state: payerState(trade, core.clock.now()),
      expiresAt: expiresAt(trade),
    };
  }

  function pay(code: string): PayerView {
    const trade = scan(code);
    const now = core.clock.now();
    const state = payerState(trade, now);
    if (state === "paid") throw new SimulatorError("ALREADY_PAID", "the order is already paid");
    if (state === "closed") throw new SimulatorError("ORDER_CLOSED", "the order is closed");
    if (state === "expired") throw new SimulatorError("CODE_EXPIRED", "the code has expired");
    trade.state = "SUCCESS";
    trade.paidAt = now;
    trade.transactionId = `4200${digits(6)}${toBeijingDay(now)}${digits(10)}`;
    trade.openid = `o${randomBytes(24).toString("base64url").slice(0, 27)}`;
    trades.save(trade);
    notifyPaid(wechatpay, trade);
    return view(code);
  }

  const unknown = (): never => {
    throw new SimulatorError("UNKNOWN_CODE", "WeChat Pay did not issue this code");
  };
  return {
    channel: "wechatpay",
    owns: (code) => code.startsWith("weixin://"),
    ownsParams: () => false,
    actions: {
      open: view,
      pay,
      refuse: view,
      confirm: unknown,
      visit: unknown,
      invoke: unknown,
      payerCode: unknown,
    },
  };
}

const expiresAt = (trade: Trade) => Math.min(trade.codeExpiresAt, trade.payableUntil);

function payerState(trade: Trade, now: number): PayerView["state"] {
  switch (trade.state) {
    case "SUCCESS":
      return "paid";
    case "CLOSED":
      return "closed";
    case "NOTPAY":
      return now >= expiresAt(trade) ? "expired" : "unpaid";
  }
}

function digits(count: number): string {
  return Array.from({ length: count }, () => randomInt(10)).join("");
}
