import type { Collection } from "../core/book.ts";
import type { Core, LedgerEntry } from "../core/channel.ts";
import type { AuthCode } from "./auth-code.ts";
import type { BillToken } from "./bill-request.ts";
import type { ErrorLimit } from "./error-limit.ts";
import type { Identity, Owner } from "./identity.ts";
import type { WechatpayMerchant } from "./merchant.ts";
import type { Refunds } from "./refund.ts";
import { toLedgerRefund } from "./refund.ts";
import type { KeyRing } from "./sign.ts";

/** How a second prepay with other parameters is refused: as documented (403) or as the live service does (400). */
type ReuseMode = "docs" | "live";

export interface WechatpayOptions {
  merchants: WechatpayMerchant[];
  /** `live` by default. */
  reuse?: ReuseMode;
  /** Whether `notify_url` must be https on a public host, as in reality; false by default. */
  strictNotifyUrl?: boolean;
  /** How codepay answers while the payer types: a 200 with the trade state (by default), or a 202 with an error code. */
  userPaying?: "state" | "accepted";
  /** How long a refund is processed unless a test says otherwise, in ms of business time; 1 s by default. */
  refundDelayMs?: number;
  /** The least time between two refunds of one order, in ms of business time; 0 by default, one minute in reality. */
  refundGapMs?: number;
  /** Failing refund calls per second and merchant before the next failing one is a 429; 6 by default. */
  refundErrorsPerSecond?: number;
}

/** What the payer is asked through; `jsapi` is mini-programs too. */
export type Product = "native" | "jsapi" | "app" | "h5" | "codepay";

/** https://pay.weixin.qq.com/doc/v3/merchant/4012791880 */
type TradeState = "NOTPAY" | "SUCCESS" | "REFUND" | "CLOSED" | "USERPAYING" | "PAYERROR" | "REVOKED";

/** One order as WeChat Pay keeps it; times in epoch ms, `total` in fen. */
export interface Trade extends Identity {
  product: Product;
  outTradeNo: string;
  description: string;
  attach: string | undefined;
  /** Absent for bar codes, which notify nobody. */
  notifyUrl: string | undefined;
  total: number;
  /** Product and canonical JSON of the first request. */
  params: string;
  /** What the payer pays through now: a code_url, a prepay_id or the digits of a bar code. */
  code: string;
  codeExpiresAt: number;
  /** Whether the wallet took a prepay_id from a page or app that could sign for it. */
  isInvoked: boolean;
  /** The latest moment to pay. */
  payableUntil: number;
  state: TradeState;
  createdAt: number;
  tradeType?: "FACEPAY";
  transactionId?: string;
  openid?: string;
  subOpenid?: string;
  paidAt?: number;
  fee?: number;
  /** When the money of a paid bar code went back. */
  revokedAt?: number;
  /** The merchant's numbers of every refund ever accepted, oldest first. */
  outRefundNos?: string[];
}

/** Everything the WeChat Pay handlers work on. */
export interface Wechatpay {
  core: Core;
  keys: KeyRing;
  merchants: ReadonlyMap<string, WechatpayMerchant>;
  options: Required<Omit<WechatpayOptions, "merchants">>;
  trades: Trades;
  refunds: Refunds;
  refundErrors: ErrorLimit;
  authCodes: Collection<AuthCode>;
  /** The app under which each openid was first seen. */
  openids: Collection<string>;
  billTokens: Collection<BillToken>;
}

/** An order's number and whose it is. */
export type TradeNumber = Owner & { outTradeNo: string };

export interface Trades {
  /** The trade as it stands now: an order unpaid for seven days has closed itself. */
  find(number: TradeNumber): Trade | undefined;
  byKey(key: string): Trade | undefined;
  byCode(code: string): Trade | undefined;
  byTransactionId(transactionId: string): Trade | undefined;
  save(trade: Trade): void;
  /** Marks a number that was closed before it was ever placed. */
  burn(number: TradeNumber): void;
  isBurnt(number: TradeNumber): boolean;
  list(): Trade[];
}

const autoCloseMs = 7 * 24 * 3_600_000;

export const tradeKey = ({ mchid, subMchid, outTradeNo }: TradeNumber) =>
  subMchid === undefined ? `${mchid}/${outTradeNo}` : `${mchid}/${subMchid}/${outTradeNo}`;

export function openTrades({ book, clock }: Core): Trades {
  const trades: Collection<Trade> = book.collection("wechatpay.trade");
  const codes: Collection<string> = book.collection("wechatpay.code");
  const transactions: Collection<string> = book.collection("wechatpay.transaction");
  const burnt: Collection<true> = book.collection("wechatpay.burnt");

  function current(trade: Trade | undefined): Trade | undefined {
    const now = clock.now();
    if (trade?.state === "NOTPAY" && now >= trade.createdAt + autoCloseMs) return settle(trade, "CLOSED");
    if (trade?.state === "USERPAYING" && now >= trade.payableUntil) return settle(trade, "PAYERROR");
    return trade;
  }

  function settle(trade: Trade, state: TradeState): Trade {
    trade.state = state;
    trades.put(tradeKey(trade), trade);
    return trade;
  }

  function byKey(key: string | undefined): Trade | undefined {
    return key === undefined ? undefined : current(trades.get(key));
  }

  return {
    find: (number) => byKey(tradeKey(number)),
    byKey,
    byCode: (code) => byKey(codes.get(code)),
    byTransactionId: (transactionId) => byKey(transactions.get(transactionId)),
    save(trade) {
      const key = tradeKey(trade);
      trades.put(key, trade);
      codes.put(trade.code, key);
      if (trade.transactionId !== undefined) transactions.put(trade.transactionId, key);
    },
    burn: (number) => burnt.put(tradeKey(number), true),
    isBurnt: (number) => burnt.get(tradeKey(number)) === true,
    list: () => trades.list().map((trade) => current(trade) ?? trade),
  };
}

/** True for an order whose money the merchant got, refunded or not. */
export const isPaid = ({ state }: Trade) => state === "SUCCESS" || state === "REFUND";

const ledgerStates = {
  NOTPAY: "unpaid",
  USERPAYING: "unpaid",
  PAYERROR: "closed",
  SUCCESS: "paid",
  REFUND: "paid",
  CLOSED: "closed",
  REVOKED: "closed",
} as const;

export function toLedgerEntry({ refunds }: Wechatpay, trade: Trade): LedgerEntry {
  return {
    channel: "wechatpay",
    merchantId: trade.subMchid ?? trade.mchid,
    outTradeNo: trade.outTradeNo,
    channelTradeNo: trade.transactionId,
    amount: trade.total,
    state: ledgerStates[trade.state],
    createdAt: trade.createdAt,
    paidAt: trade.paidAt,
    fee: trade.fee,
    refunds: refunds.of(trade).map(toLedgerRefund),
  };
}
