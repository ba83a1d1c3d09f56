import { toBeijingRfc3339 } from "./beijing-time.ts";
import { ownerBody } from "./identity.ts";
import type { Refund } from "./refund.ts";

const receivedAccounts = { ORIGINAL: "支付用户零钱", OTHER_BANKCARD: "招商银行借记卡0403" } as const;

function common(refund: Refund) {
  const { outRefundNo, refundId, outTradeNo, transactionId, channel, status, succeededAt } = refund;
  return {
    refund_id: refundId,
    out_refund_no: outRefundNo,
    transaction_id: transactionId,
    out_trade_no: outTradeNo,
    user_received_account: receivedAccounts[channel],
    ...(status === "SUCCESS" && succeededAt !== undefined && { success_time: toBeijingRfc3339(succeededAt) }),
  };
}

const amounts = ({ total, amount }: Refund) => ({ total, refund: amount, payer_total: total, payer_refund: amount });

/** The refund as creation and query show it. https://pay.weixin.qq.com/doc/v3/merchant/4012791883 */
export function refundBody(refund: Refund): Record<string, unknown> {
  return {
    ...common(refund),
    channel: refund.channel,
    create_time: toBeijingRfc3339(refund.createdAt),
    status: refund.status,
    funds_account: refund.fundsAccount,
    amount: {
      ...amounts(refund),
      from: [],
      settlement_refund: refund.amount,
      settlement_total: refund.total,
      discount_refund: 0,
      currency: "CNY",
      refund_fee: refund.amount,
    },
    promotion_detail: [],
  };
}

/** The refund as its callback shows it: `refund_status` here. https://pay.weixin.qq.com/doc/v3/merchant/4012791886 */
export function refundNotice(refund: Refund): Record<string, unknown> {
  return {
    ...ownerBody(refund),
    ...common(refund),
    refund_status: refund.status,
    amount: amounts(refund),
  };
}
