import { invalidRequest, orderClosed, orderPaid, WechatpayError } from "./errors.ts";
import type { Trade, Wechatpay } from "./trade.ts";

/** A live order may be placed again with the same parameters at the same product only; throws otherwise. */
export function checkReuse(earlier: Trade, params: string, { options }: Wechatpay): void {
  switch (earlier.state) {
    case "SUCCESS":
    case "REFUND":
      throw orderPaid();
    case "CLOSED":
      throw orderClosed();
    case "REVOKED":
      throw new WechatpayError(400, "ORDERREVERSED", "订单已撤销");
    case "PAYERROR":
      throw numberUsed();
    case "NOTPAY":
    case "USERPAYING":
      if (earlier.params === params) return;
      throw options.reuse === "docs" ? numberUsed() : reentryMismatch();
  }
}

export const reentryMismatch = () => invalidRequest("请求重入时，参数与首次请求时不一致");

const numberUsed = () => new WechatpayError(403, "OUT_TRADE_NO_USED", "商户订单号重复");
