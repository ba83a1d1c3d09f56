import { orderNotExist, paramError } from "./errors.ts";
import type { AuthorizedRequest, Route } from "./handler.ts";
import type { Trade } from "./trade.ts";
import { tradeBody } from "./trade-body.ts";

/** Query by the merchant's number, in any state. https://pay.weixin.qq.com/doc/v3/merchant/4012791880 */
export const queryByOutTradeNoRoute: Route = {
  method: "GET",
  url: "/v3/pay/transactions/out-trade-no/:outTradeNo",
  operation: "query",
  handle(wechatpay, request) {
    checkMchid(request);
    return show(wechatpay.trades.find(request.merchant.mchid, request.params.outTradeNo ?? ""));
  },
};

/** Query by WeChat Pay's number, which only paid orders have. https://pay.weixin.qq.com/doc/v3/merchant/4012791879 */
export const queryByTransactionIdRoute: Route = {
  method: "GET",
  url: "/v3/pay/transactions/id/:transactionId",
  operation: "query",
  handle(wechatpay, request) {
    checkMchid(request);
    const trade = wechatpay.trades.byTransactionId(request.params.transactionId ?? "");
    return show(trade?.mchid === request.merchant.mchid ? trade : undefined);
  },
};

function show(trade: Trade | undefined) {
  if (!trade) throw orderNotExist();
  return { body: tradeBody(trade) };
}

function checkMchid({ merchant, query }: AuthorizedRequest): void {
  const mchid = query.get("mchid");
  if (mchid === merchant.mchid) return;
  const issue = mchid === null ? "缺少必填字段" : "与http header中的mchid不匹配";
  throw paramError(`输入源“/query/mchid”${issue}`, { field: "mchid", value: mchid ?? "", issue, location: "query" });
}
