import type { FastifyInstance } from "fastify";
import type { Book } from "./book.ts";
import type { CallbackSender } from "./callbacks.ts";
import type { CallLog } from "./calls.ts";
import type { SimClock } from "./clock.ts";
import type { Faults } from "./faults.ts";
import type { ChannelPayer } from "./payer.ts";

export type Channel = "wechatpay" | "alipay";

export type Operation = "create" | "query" | "close" | "cancel" | "certificates";

/** What every simulated channel stands on. */
export interface Core {
  clock: SimClock;
  book: Book;
  faults: Faults;
  callbacks: CallbackSender;
  calls: CallLog;
}

/** One trade as its channel knows it; amounts in fen, times in epoch ms. */
export interface LedgerEntry {
  channel: Channel;
  merchantId: string;
  outTradeNo: string;
  channelTradeNo?: string | undefined;
  amount: number;
  state: "unpaid" | "paid" | "closed";
  createdAt: number;
  paidAt?: number | undefined;
}

/** What a channel gives to `startSimulator`: its HTTP server (not listening yet), its payer's actions and its books. */
export interface ChannelSimulator {
  channel: Channel;
  server: FastifyInstance;
  payer: ChannelPayer;
  ledger(): LedgerEntry[];
}
