import { isoShanghai, type Refund } from "@payhub/domain";
import type { RefundView } from "./schemas.ts";

/** Writes a refund for the wire. */
export function presentRefund(refund: Refund): RefundView {
  return {
    refundNo: refund.refundNo,
    refundOrderNo: refund.refundOrderNo,
    paymentNo: refund.paymentNo,
    attemptNo: refund.attemptNo,
    channelRefundNo: refund.channelRefundNo,
    accountNo: refund.accountNo,
    channel: refund.channel,
    amount: refund.amount,
    chargedAmount: refund.chargedAmount,
    reason: refund.reason,
    status: refund.status,
    unknown: refund.unknown,
    abnormal: refund.abnormal,
    failureCode: refund.failureCode,
    failureMessage: refund.failureMessage,
    succeededAt: refund.succeededAt === null ? null : isoShanghai(refund.succeededAt),
    createdAt: isoShanghai(refund.createdAt),
  };
}
