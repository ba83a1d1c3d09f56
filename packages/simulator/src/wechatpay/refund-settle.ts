import { notifyRefunded } from "./notify.ts";
import type { Refund } from "./refund.ts";
import { refundKey } from "./refund.ts";
import type { Wechatpay } from "./trade.ts";

/** Has a processing refund end as it is to end, once its time has come. */
export function scheduleRefund(wechatpay: Wechatpay, refund: Refund): void {
  const { clock } = wechatpay.core;
  clock.schedule(Math.max(0, refund.next.at - clock.now()), () => settleRefund(wechatpay, refundKey(refund)));
}

/** Takes up the refunds that a stopped simulator was processing. */
export function resumeRefunds(wechatpay: Wechatpay): void {
  for (const refund of wechatpay.refunds.list()) {
    if (refund.status === "PROCESSING") scheduleRefund(wechatpay, refund);
  }
}

function settleRefund(wechatpay: Wechatpay, key: string): void {
  const refund = wechatpay.refunds.byKey(key);
  if (refund?.status !== "PROCESSING") return;
  const { status } = refund.next;
  const settled: Refund = {
    ...refund,
    status,
    ...(status === "SUCCESS" && { succeededAt: wechatpay.core.clock.now() }),
  };
  wechatpay.refunds.save(settled);
  notifyRefunded(wechatpay, settled);
}
