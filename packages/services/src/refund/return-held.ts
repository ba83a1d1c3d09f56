import { type HeldReceipt, issueNumber, type Refund } from "@payhub/domain";
import { findReturnableHeldReceipts, insertRefund, isDuplicateKey, lockPayment, moveHeldReceipt } from "@payhub/store";
import type { ServiceContext } from "../context.ts";
import { digestRequest } from "../idempotency/digest.ts";
import { unsentRefund } from "./reserve.ts";
import { advanceRefund } from "./send.ts";

const REASONS = { late: "订单已关闭，款项退回", duplicate: "重复支付，款项退回" } as const;

/**
 * Gives back the held receipts that settle nothing for good: late money for a closed payment and the second receipt of a double
 * payment, in full, under refund numbers of their own. Returns how many this process took up.
 */
export async function returnHeldReceipts(ctx: ServiceContext, { limit }: { limit: number }): Promise<number> {
  let taken = 0;
  for (const held of await findReturnableHeldReceipts(ctx.store.db, limit)) {
    try {
      const refund = await storeReturn(ctx, held);
      if (!refund) continue;
      taken++;
      await advanceRefund(ctx, refund);
    } catch (error) {
      ctx.log.error({ heldReceiptNo: held.heldReceiptNo, err: error }, "a held receipt could not be given back");
    }
  }
  return taken;
}

async function storeReturn(ctx: ServiceContext, held: HeldReceipt): Promise<Refund | undefined> {
  const { heldReceiptNo, paymentNo, appId, reason } = held;
  if (paymentNo === null || appId === null || (reason !== "late" && reason !== "duplicate")) return undefined;
  try {
    return await ctx.store.transaction(async (tx) => {
      const payment = await lockPayment(tx, { paymentNo }, ctx.store.dialect);
      if (!payment) throw new Error(`payment ${paymentNo} is missing`);
      const nowMs = ctx.clock.now();
      const refundNo = issueNumber("refund", ctx);
      const moved = await moveHeldReceipt(tx, { heldReceiptNo, from: "held", to: "refunding", refundNo, nowMs });
      if (!moved) return undefined;
      const { channel, accountNo } = held;
      const refund: Refund = {
        refundNo,
        purpose: "held_receipt",
        appId,
        merchantNo: payment.merchantNo,
        paymentNo,
        attemptNo: held.outTradeNo,
        accountNo,
        channel,
        refundOrderNo: heldReceiptNo,
        amount: held.amount,
        chargedAmount: held.amount,
        reason: REASONS[reason],
        idempotencyKey: heldReceiptNo,
        requestDigest: digestRequest("held_receipt", { heldReceiptNo }),
        ...unsentRefund(ctx, { channel, accountNo, nextQueryAt: nowMs, nowMs }),
      };
      await insertRefund(tx, refund);
      return refund;
    });
  } catch (error) {
    // Another process took it up a moment ago.
    if (isDuplicateKey(error)) return undefined;
    throw error;
  }
}
