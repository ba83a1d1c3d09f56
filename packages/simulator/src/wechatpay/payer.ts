import { SimulatorError } from "../core/error.ts";
import type { ChannelPayer, PayerView } from "../core/payer.ts";
import { isAuthCode, showAuthCode } from "./auth-code.ts";
import { checkH5Domain, h5Path, readH5Link } from "./h5-link.ts";
import { isInvocation, takeInvocation } from "./invoke.ts";
import { markPaid } from "./mark-paid.ts";
import { createBarCodePayer } from "./payer-bar-code.ts";
import { payerView } from "./payer-view.ts";
import type { Trade, Wechatpay } from "./trade.ts";

/** The payer with the WeChat wallet: scans, follows links, is asked by pages and apps, shows bar codes; pays or turns away. */
export function createWechatpayPayer(wechatpay: Wechatpay): ChannelPayer {
  const { trades, merchants } = wechatpay;
  const barCode = createBarCodePayer(wechatpay);

  function find(code: string): { trade: Trade; returnUrl: string | undefined } {
    const link = isLink(code) ? readH5Link(code) : undefined;
    const issued = link?.prepayId ?? code;
    const trade = trades.byCode(issued);
    if (!trade) throw new SimulatorError("UNKNOWN_CODE", "WeChat Pay did not issue this code");
    const merchant = merchants.get(trade.mchid);
    if (link?.redirectUrl !== undefined && merchant) checkH5Domain(merchant, link.redirectUrl);
    if (trade.code !== issued) {
      throw new SimulatorError("CODE_EXPIRED", "the order was placed again: use its newest code");
    }
    if (trade.product !== "native" && !link && !trade.isInvoked) {
      throw new SimulatorError("INVALID_INVOCATION", "a prepay_id is paid by invoking it with signed parameters");
    }
    return { trade, returnUrl: link?.redirectUrl };
  }

  function view(code: string): PayerView {
    if (isAuthCode(code)) return barCode.view(code);
    const { trade, returnUrl } = find(code);
    return { ...payerView(wechatpay, trade, code), ...(returnUrl !== undefined && { returnUrl }) };
  }

  function pay(code: string): PayerView {
    if (isAuthCode(code)) return barCode.confirm(code);
    const { state } = view(code);
    if (state === "paid") throw new SimulatorError("ALREADY_PAID", "the order is already paid");
    if (state === "closed") throw new SimulatorError("ORDER_CLOSED", "the order is closed");
    if (state === "expired") throw new SimulatorError("CODE_EXPIRED", "the code has expired");
    markPaid(wechatpay, find(code).trade);
    return view(code);
  }

  return {
    channel: "wechatpay",
    owns: (code) => code.startsWith("weixin://") || isPrepayId(code) || isAuthCode(code) || isLink(code),
    ownsParams: isInvocation,
    actions: {
      open: view,
      pay,
      refuse: (code) => (isAuthCode(code) ? barCode.refuse(code) : view(code)),
      confirm: barCode.confirm,
      visit(url) {
        if (!isLink(url)) throw new SimulatorError("UNKNOWN_CODE", "this is no link of WeChat Pay");
        return view(url);
      },
      invoke(params) {
        if (!isInvocation(params)) throw new SimulatorError("INVALID_INVOCATION", "these are no WeChat Pay parameters");
        return view(takeInvocation(wechatpay, params).code);
      },
      payerCode: ({ password = false, balance = "ok", face = false }) =>
        showAuthCode(wechatpay, { needsPassword: password, isShort: balance === "not_enough", isFace: face }).code,
    },
  };
}

const isPrepayId = (code: string) => /^wx\d{8}[0-9a-f]{26}$/.test(code);

const isLink = (code: string) => URL.parse(code)?.pathname === h5Path;
