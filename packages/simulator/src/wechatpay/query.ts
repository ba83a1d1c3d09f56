import { orderNotExist } from "./errors.ts";
import type { Answer, Route } from "./handler.ts";
import { readQueryOwner } from "./identity.ts";
import { inBothModes } from "./route-modes.ts";
import type { Trade } from "./trade.ts";
import { tradeBody } from "./trade-body.ts";

/** Query by the merchant's number, in any state. https://pay.weixin.qq.com/doc/v3/merchant/4012791880 */
const byOutTradeNo: Route[] = inBothModes({
  method: "GET",
  path: "out-trade-no/:outTradeNo",
  operation: "query",
  handle({ trades }, { mode, query, merchant, params }) {
    const owner = readQueryOwner(mode, query, merchant);
    return show(trades.find({ ...owner, outTradeNo: params.outTradeNo ?? "" }));
  },
});

/** Query by WeChat Pay's number, which only paid orders have. https://pay.weixin.qq.com/doc/v3/merchant/4012791879 */
const byTransactionId: Route[] = inBothModes({
  method: "GET",
  path: "id/:transactionId",
  operation: "query",
  handle({ trades }, { mode, query, merchant, params }) {
    const owner = readQueryOwner(mode, query, merchant);
    const trade = trades.byTransactionId(params.transactionId ?? "");
    return show(trade?.mchid === owner.mchid && trade.subMchid === owner.subMchid ? trade : undefined);
  },
});

export const queryRoutes: readonly Route[] = [...byOutTradeNo, ...byTransactionId];

function show(trade: Trade | undefined): Answer {
  if (!trade) throw orderNotExist();
  return { body: tradeBody(trade) };
}
