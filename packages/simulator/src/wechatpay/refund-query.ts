import { resourceNotExists } from "./errors.ts";
import type { AuthorizedRequest, Route } from "./handler.ts";
import { ownerOf } from "./identity.ts";
import type { Refund } from "./refund.ts";
import { refundBody } from "./refund-body.ts";
import type { Wechatpay } from "./trade.ts";

/** Query a refund by the merchant's refund number. https://pay.weixin.qq.com/doc/v3/merchant/4012791884 */
export const refundQueryRoute: Route = {
  method: "GET",
  url: "/v3/refund/domestic/refunds/:outRefundNo",
  mode: "direct",
  operation: "refund_query",
  outTradeNo: (wechatpay, request) => find(wechatpay, request)?.outTradeNo,
  handle(wechatpay, request) {
    ownerOf(request.merchant, subMchidOf(request));
    const refund = find(wechatpay, request);
    if (!refund) throw resourceNotExists("退款单不存在");
    return { body: refundBody(refund) };
  },
};

function find({ refunds }: Wechatpay, request: AuthorizedRequest): Refund | undefined {
  const { merchant, params } = request;
  return refunds.find({
    mchid: merchant.mchid,
    subMchid: subMchidOf(request),
    outRefundNo: params.outRefundNo ?? "",
  });
}

const subMchidOf = ({ query }: AuthorizedRequest) => query.get("sub_mchid") ?? undefined;
