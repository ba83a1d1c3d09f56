import type { FastifyInstance } from "fastify";
import type { BillDesk } from "./bill-desk.ts";
import type { Book } from "./book.ts";
import type { CallbackSender } from "./callbacks.ts";
import type { CallLog } from "./calls.ts";
import type { SimClock } from "./clock.ts";
import type { Faults } from "./faults.ts";
import type { ChannelPayer } from "./payer.ts";

export type Channel = "wechatpay" | "alipay";

export type Operation =
  | "create"
  | "query"
  | "close"
  | "cancel"
  | "reverse"
  | "refund"
  | "refund_query"
  | "certificates"
  | "bill"
  | "bill_download";

/** Base URL of WeChat Pay, gateway URL of Alipay, base URL of the phone page; none ends with a slash. */
export interface SimulatorUrls {
  wechatpay: string;
  alipay: string;
  phone: string;
}

/** What every simulated channel stands on. */
export interface Core {
  clock: SimClock;
  book: Book;
  faults: Faults;
  callbacks: CallbackSender;
  calls: CallLog;
  bills: BillDesk;
  /** Where the servers listen; known once all of them do. */
  urls(): SimulatorUrls;
}

/** One refund as its channel knows it; amount in fen, times in epoch ms. */
export interface LedgerRefund {
  outRefundNo: string;
  channelRefundNo: string;
  amount: number;
  state: "processing" | "succeeded" | "closed" | "abnormal";
  createdAt: number;
  succeededAt?: number | undefined;
}

/**
 * One trade as its channel knows it; amounts in fen, times in epoch ms. A refunded trade stays `paid`; one that the
 * merchant reversed or cancelled is `closed`, and its money went back.
 */
export interface LedgerEntry {
  channel: Channel;
  merchantId: string;
  outTradeNo: string;
  channelTradeNo?: string | undefined;
  amount: number;
  state: "unpaid" | "paid" | "closed";
  createdAt: number;
  paidAt?: number | undefined;
  /** The channel's fee on the paid trade. */
  fee?: number | undefined;
  refunds: LedgerRefund[];
}

/** What a channel gives to `startSimulator`: its HTTP server (not listening yet), its payer's actions and its books. */
export interface ChannelSimulator {
  channel: Channel;
  server: FastifyInstance;
  payer: ChannelPayer;
  ledger(): LedgerEntry[];
  /** Takes up what a stopped simulator left unfinished; once, when all servers listen. */
  resume?(): void;
}
