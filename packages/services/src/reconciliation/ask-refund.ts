import type { RefundQueryOutcome } from "@payhub/channels";
import type { BillLine, Refund } from "@payhub/domain";
import { findAttempt, findRefund } from "@payhub/store";
import type { ServiceContext } from "../context.ts";
import { hearOfRefund } from "../refund/sync.ts";
import { BILL_WRONG, BOOKS_WRONG, type Explanation, type Question, REVERSED, repaired } from "./explanation.ts";

/** Asks about the refund of a difference. */
export async function askAboutRefund(ctx: ServiceContext, question: Question): Promise<Explanation | undefined> {
  const { difference, connected } = question;
  const { outTradeNo: attemptNo, outRefundNo: refundNo, billLine, bookSide } = difference;
  if (attemptNo === null || refundNo === null) return undefined;
  if (!bookSide) return askPastPayhub(ctx, question, { attemptNo, refundNo });
  const refund = await heardRefund(ctx, refundNo);
  if (!refund || refund.status === "created") return undefined;
  if (difference.differenceClass === "status_mismatch" && bookSide.status === "created") {
    return billLine !== null && hasEndOf(billLine, refund) ? repaired("refund_not_heard") : BILL_WRONG;
  }
  const outcome = await connected.connection.queryRefund({ attemptNo, refundNo });
  return explain(outcome, { refund, line: billLine });
}

/** The refund as the books have it when the channel was asked about one without an end. */
async function heardRefund(ctx: ServiceContext, refundNo: string): Promise<Refund | undefined> {
  const refund = await findRefund(ctx.store.db, { refundNo });
  if (refund?.status !== "created") return refund;
  await hearOfRefund(ctx, refundNo);
  return findRefund(ctx.store.db, { refundNo });
}

function hasEndOf(line: BillLine, { status }: Refund): boolean {
  return line.status === "succeeded" ? status === "succeeded" : status === "failed" || status === "closed";
}

function explain(
  outcome: RefundQueryOutcome,
  { refund, line }: { refund: Refund; line: BillLine | null },
): Explanation | undefined {
  switch (outcome.kind) {
    case "succeeded":
      return refund.status === "succeeded" && outcome.amount === refund.chargedAmount ? BILL_WRONG : BOOKS_WRONG;
    case "closed":
      if (refund.status === "succeeded") return BOOKS_WRONG;
      return line?.status === "processing" && line.amount === refund.chargedAmount ? ENDED_LATER : BILL_WRONG;
    case "absent":
      return refund.status === "succeeded" ? BOOKS_WRONG : BILL_WRONG;
    case "processing":
    case "abnormal":
    case "declined":
    case "unknown":
    case "unsent":
      return undefined;
  }
}

const ENDED_LATER: Explanation = {
  cause: "ended_later",
  proposedFix: "none",
  differenceState: "resolved",
  note: "asked, the channel says that it ended as the books have it, after its bill was made",
};

/** A refund in the bill that the books do not have. */
async function askPastPayhub(
  { store }: ServiceContext,
  { difference, connected }: Question,
  asked: { attemptNo: string; refundNo: string },
): Promise<Explanation | undefined> {
  const { billLine } = difference;
  const outcome = await connected.connection.queryRefund(asked);
  const attempt = await findAttempt(store.db, asked.attemptNo);
  const isPaid = attempt?.state === "succeeded" && attempt.channelTradeNo === billLine?.channelTradeNo;
  switch (outcome.kind) {
    case "succeeded": {
      const canBeRecorded = isPaid && outcome.amount === billLine?.amount;
      return {
        cause: "refund_past_payhub",
        proposedFix: canBeRecorded ? "record_refund" : "check_by_hand",
        differenceState: "open",
        note: "asked, the channel confirmed a refund that was not made by payhub",
      };
    }
    case "closed":
    case "absent": {
      if (isPaid) return BILL_WRONG;
      // What a cancel gave back has no refund number that can be asked about.
      const order = await connected.connection.query({ attemptNo: asked.attemptNo });
      return order.kind === "closed" ? REVERSED : BILL_WRONG;
    }
    case "processing":
    case "abnormal":
    case "declined":
    case "unknown":
    case "unsent":
      return undefined;
  }
}
