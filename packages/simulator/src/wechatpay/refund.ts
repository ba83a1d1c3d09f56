import type { Collection } from "../core/book.ts";
import type { Core, LedgerRefund } from "../core/channel.ts";
import type { Owner } from "./identity.ts";
import type { Trade } from "./trade.ts";

/** https://pay.weixin.qq.com/doc/v3/merchant/4012791883 */
export type RefundStatus = "PROCESSING" | "SUCCESS" | "CLOSED" | "ABNORMAL";

/** One refund as WeChat Pay keeps it; times in epoch ms, amounts in fen. */
export interface Refund extends Owner {
  outRefundNo: string;
  refundId: string;
  outTradeNo: string;
  transactionId: string;
  total: number;
  amount: number;
  reason: string | undefined;
  /** Absent when nobody is to be told. */
  notifyUrl: string | undefined;
  fundsAccount: string;
  channel: "ORIGINAL" | "OTHER_BANKCARD";
  status: RefundStatus;
  /** What becomes of it, and when. */
  next: { status: Exclude<RefundStatus, "PROCESSING">; at: number };
  createdAt: number;
  succeededAt?: number;
}

/** A refund's number and whose it is. */
export type RefundNumber = Owner & { outRefundNo: string };

export interface Refunds {
  find(number: RefundNumber): Refund | undefined;
  byKey(key: string): Refund | undefined;
  byRefundId(refundId: string): Refund | undefined;
  /** Every refund of an order, oldest first. */
  of(trade: Trade): Refund[];
  save(refund: Refund): void;
  list(): Refund[];
}

export const refundKey = ({ mchid, subMchid, outRefundNo }: RefundNumber) =>
  subMchid === undefined ? `${mchid}/${outRefundNo}` : `${mchid}/${subMchid}/${outRefundNo}`;

export function openRefunds({ book }: Core): Refunds {
  const refunds: Collection<Refund> = book.collection("wechatpay.refund");
  const ids: Collection<string> = book.collection("wechatpay.refund-id");
  const byKey = (key: string | undefined) => (key === undefined ? undefined : refunds.get(key));
  return {
    find: (number) => byKey(refundKey(number)),
    byKey,
    byRefundId: (refundId) => byKey(ids.get(refundId)),
    of: ({ mchid, subMchid, outRefundNos = [] }) =>
      outRefundNos.flatMap((outRefundNo) => byKey(refundKey({ mchid, subMchid, outRefundNo })) ?? []),
    save(refund) {
      refunds.put(refundKey(refund), refund);
      ids.put(refund.refundId, refundKey(refund));
    },
    list: () => refunds.list(),
  };
}

const ledgerStates = {
  PROCESSING: "processing",
  SUCCESS: "succeeded",
  CLOSED: "closed",
  ABNORMAL: "abnormal",
} as const;

export function toLedgerRefund({
  outRefundNo,
  refundId,
  amount,
  status,
  createdAt,
  succeededAt,
}: Refund): LedgerRefund {
  return {
    outRefundNo,
    channelRefundNo: refundId,
    amount,
    state: ledgerStates[status],
    createdAt,
    succeededAt,
  };
}
