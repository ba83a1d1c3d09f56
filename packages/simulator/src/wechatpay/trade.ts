import type { Collection } from "../core/book.ts";
import type { Core, LedgerEntry } from "../core/channel.ts";
import type { WechatpayMerchant } from "./merchant.ts";
import type { KeyRing } from "./sign.ts";

/** How a second prepay with other parameters is refused: as documented (403) or as the live service does (400). */
type ReuseMode = "docs" | "live";

export interface WechatpayOptions {
  merchants: WechatpayMerchant[];
  /** `live` by default. */
  reuse?: ReuseMode;
  /** Whether `notify_url` must be https on a public host, as in reality; false by default. */
  strictNotifyUrl?: boolean;
}

/** One order as WeChat Pay keeps it; times in epoch ms, `total` in fen. */
export interface Trade {
  mchid: string;
  appid: string;
  outTradeNo: string;
  description: string;
  attach: string | undefined;
  notifyUrl: string;
  total: number;
  /** Canonical JSON of the first prepay. */
  params: string;
  codeUrl: string;
  codeExpiresAt: number;
  /** The latest moment to pay. */
  payableUntil: number;
  state: "NOTPAY" | "SUCCESS" | "CLOSED";
  createdAt: number;
  transactionId?: string;
  openid?: string;
  paidAt?: number;
}

/** Everything the WeChat Pay handlers work on. */
export interface Wechatpay {
  core: Core;
  keys: KeyRing;
  merchants: ReadonlyMap<string, WechatpayMerchant>;
  reuse: ReuseMode;
  strictNotifyUrl: boolean;
  trades: Trades;
}

export interface Trades {
  /** The trade as it stands now: an order unpaid for seven days has closed itself. */
  find(mchid: string, outTradeNo: string): Trade | undefined;
  byKey(key: string): Trade | undefined;
  byCode(codeUrl: string): Trade | undefined;
  byTransactionId(transactionId: string): Trade | undefined;
  save(trade: Trade): void;
  /** Marks a number that was closed before it was ever placed. */
  burn(mchid: string, outTradeNo: string): void;
  isBurnt(mchid: string, outTradeNo: string): boolean;
  list(): Trade[];
}

const autoCloseMs = 7 * 24 * 3_600_000;

export const tradeKey = (trade: { mchid: string; outTradeNo: string }) => `${trade.mchid}/${trade.outTradeNo}`;

export function openTrades({ book, clock }: Core): Trades {
  const trades: Collection<Trade> = book.collection("wechatpay.trade");
  const codes: Collection<string> = book.collection("wechatpay.code");
  const transactions: Collection<string> = book.collection("wechatpay.transaction");
  const burnt: Collection<true> = book.collection("wechatpay.burnt");

  function current(trade: Trade | undefined): Trade | undefined {
    if (trade?.state !== "NOTPAY" || clock.now() < trade.createdAt + autoCloseMs) return trade;
    trade.state = "CLOSED";
    trades.put(tradeKey(trade), trade);
    return trade;
  }

  function byKey(key: string | undefined): Trade | undefined {
    return key === undefined ? undefined : current(trades.get(key));
  }

  return {
    find: (mchid, outTradeNo) => byKey(tradeKey({ mchid, outTradeNo })),
    byKey,
    byCode: (codeUrl) => byKey(codes.get(codeUrl)),
    byTransactionId: (transactionId) => byKey(transactions.get(transactionId)),
    save(trade) {
      const key = tradeKey(trade);
      trades.put(key, trade);
      codes.put(trade.codeUrl, key);
      if (trade.transactionId !== undefined) transactions.put(trade.transactionId, key);
    },
    burn: (mchid, outTradeNo) => burnt.put(tradeKey({ mchid, outTradeNo }), true),
    isBurnt: (mchid, outTradeNo) => burnt.get(tradeKey({ mchid, outTradeNo })) === true,
    list: () => trades.list().map((trade) => current(trade) ?? trade),
  };
}

const ledgerStates = { NOTPAY: "unpaid", SUCCESS: "paid", CLOSED: "closed" } as const;

export function toLedgerEntry(trade: Trade): LedgerEntry {
  return {
    channel: "wechatpay",
    merchantId: trade.mchid,
    outTradeNo: trade.outTradeNo,
    channelTradeNo: trade.transactionId,
    amount: trade.total,
    state: ledgerStates[trade.state],
    createdAt: trade.createdAt,
    paidAt: trade.paidAt,
    refunds: [],
  };
}
