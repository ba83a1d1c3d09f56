import type { PayerAction } from "@payhub/domain";
import type { ChargeOutcome } from "../channel.ts";
import { type ChargeOf, orderOf } from "./order.ts";
import { type AccountLine, parametersOf } from "./transport.ts";

interface PageCall {
  method: string;
  productCode: string;
  returnUrl?: string | undefined;
  biz?: Readonly<Record<string, string>>;
}

/**
 * Signs an order that the payer's own device takes to Alipay. No call is made: the trade begins when the payer logs in or
 * confirms, and a query finds none before. Source: https://opendocs.alipay.com/common/02kf5q
 */
function signOrder(line: AccountLine, request: ChargeOf<"app" | "h5" | "pc">, call: PageCall): string {
  const { attemptNo, notifyUrl } = request;
  const biz = { ...orderOf(line, request), product_code: call.productCode, ...call.biz };
  const parameters = parametersOf(line, { attemptNo, notifyUrl, returnUrl: call.returnUrl, biz });
  return line.sdk.sdkExecute(call.method, parameters);
}

/** The order string for the SDK in the merchant's app. Source: https://opendocs.alipay.com/open/cd12c885_alipay.trade.app.pay */
export function payInApp(line: AccountLine, request: ChargeOf<"app">): ChargeOutcome {
  const orderStr = signOrder(line, request, { method: "alipay.trade.app.pay", productCode: "QUICK_MSECURITY_PAY" });
  return accepted({ type: "invoke_app", parameters: { orderStr } });
}

/** The link to Alipay's page for phone browsers. Source: https://opendocs.alipay.com/open/29ae8cb6_alipay.trade.wap.pay */
export function payOnPhonePage(line: AccountLine, request: ChargeOf<"h5">): ChargeOutcome {
  const { returnUrl } = request;
  const query = signOrder(line, request, {
    method: "alipay.trade.wap.pay",
    productCode: "QUICK_WAP_WAY",
    returnUrl,
    ...(returnUrl !== undefined && { biz: { quit_url: returnUrl } }),
  });
  return accepted({ type: "redirect", url: `${line.sdk.config.gateway}?${query}` });
}

/** The link or the form to Alipay's page for computers. Source: https://opendocs.alipay.com/open/59da99d0_alipay.trade.page.pay */
export function payOnPcPage(line: AccountLine, request: ChargeOf<"pc">): ChargeOutcome {
  const { returnUrl, pageMethod } = request;
  const query = signOrder(line, request, {
    method: "alipay.trade.page.pay",
    productCode: "FAST_INSTANT_TRADE_PAY",
    returnUrl,
  });
  const { gateway } = line.sdk.config;
  switch (pageMethod) {
    case "get":
      return accepted({ type: "redirect", url: `${gateway}?${query}` });
    case "post": {
      const fields = Object.fromEntries(new URLSearchParams(query));
      // The gateway looks for the charset in the address before it reads the form.
      return accepted({ type: "submit_form", url: `${gateway}?charset=${fields.charset}`, fields });
    }
  }
}

function accepted(action: PayerAction): ChargeOutcome {
  return { kind: "accepted", action };
}
