import type { CallbackSender } from "../core/callbacks.ts";
import { beijingStamp } from "./beijing-time.ts";
import { randomDigits } from "./merchant.ts";
import { type AlipayOrder, type AlipayProduct, type AlipayRefund, orderKey } from "./order.ts";

/** What a notification tells: `paid_for_good` is a product without refunds, `finished` the end of the refund window. */
type NoticeKind = "paid" | "paid_for_good" | "refunded" | "refunded_in_full" | "closed" | "finished";

/** Which notifications the orders of each product cause. */
export type NoticeTriggers = Readonly<Record<AlipayProduct, readonly NoticeKind[]>>;

const paid: readonly NoticeKind[] = ["paid", "paid_for_good", "refunded"];
const all: readonly NoticeKind[] = [...paid, "refunded_in_full", "closed", "finished"];

/** Source: https://opendocs.alipay.com/open/203/105286 (wap) and https://opendocs.alipay.com/open/194/103296 (bar code) */
export const defaultTriggers: NoticeTriggers = {
  pay: paid,
  precreate: [...paid, "refunded_in_full", "finished"],
  create: all,
  page: all,
  wap: all,
  app: all,
};

/** Says what happened to a trade at the order's `notify_url`, when there is one and the product does so. */
export type Notices = {
  send(kind: NoticeKind, order: AlipayOrder, about?: { refund?: AlipayRefund; url?: string | undefined }): void;
};

export function createNotices(options: {
  callbacks: CallbackSender;
  triggers: NoticeTriggers;
  now: () => number;
}): Notices {
  return {
    send(kind, order, { refund, url = order.notifyUrl } = {}) {
      if (url === undefined || !options.triggers[order.product].includes(kind)) return;
      options.callbacks.enqueue({
        id: createNotifyId(options.now()),
        channel: "alipay",
        outTradeNo: order.outTradeNo,
        topic: refund ? "refund" : "payment",
        subjectKey: [orderKey(order), kind, refund?.outRequestNo ?? ""].join("#"),
        url,
      });
    },
  };
}

/** What the subject of a callback names: the order, what happened, and the refund if it is about one. */
export function readNoticeSubject(subjectKey: string): { key: string; kind: string; outRequestNo: string } {
  const [key = "", kind = "", ...rest] = subjectKey.split("#");
  return { key, kind, outRequestNo: rest.join("#") };
}

/** A notification id of 34 digits; it stays the same over all retries. */
function createNotifyId(now: number): string {
  const { date, time } = beijingStamp(now);
  return `${date}00222${time}${randomDigits(15)}`;
}
