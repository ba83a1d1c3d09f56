import type { QueryOutcome } from "@payhub/channels";
import {
  type BillLine,
  type BookSide,
  boundsOfDay,
  DAY_BOUNDARY_MS,
  type Difference,
  isReserving,
  type Receipt,
} from "@payhub/domain";
import { findAttempt, findRefunds } from "@payhub/store";
import type { ServiceContext } from "../context.ts";
import { receiveReceipt } from "../payment/receive-receipt.ts";
import { BILL_WRONG, BOOKS_WRONG, type Explanation, type Question, REVERSED, repaired } from "./explanation.ts";

/** Asks about the order of a payment's or a reversal's difference. */
export async function askAboutPayment(ctx: ServiceContext, question: Question): Promise<Explanation | undefined> {
  const { difference, connected } = question;
  const { outTradeNo: attemptNo, channelTradeNo } = difference;
  if (attemptNo === null) return undefined;
  const { connection } = connected;
  let outcome = await connection.query({ attemptNo, channelTradeNo: channelTradeNo ?? undefined });
  // A trade number that the channel cannot even read; ours it can.
  if (outcome.kind === "declined") outcome = await connection.query({ attemptNo });
  switch (outcome.kind) {
    case "paid":
      return takePaid(ctx, question, outcome.receipt);
    case "unpaid":
    case "absent":
    case "closed":
    case "failed":
      return takeUnpaid(ctx, difference, outcome.kind);
    case "declined":
    case "unknown":
    case "unsent":
      return undefined;
  }
}

function isMoneyOf(receipt: Receipt, side: Pick<BookSide, "channelTradeNo" | "chargedAmount">): boolean {
  return receipt.channelTradeNo === side.channelTradeNo && receipt.amount === side.chargedAmount;
}

/** Our side, where it is money. */
function moneyIn(bookSide: BookSide | null): BookSide | undefined {
  return bookSide?.kind === "held_receipt" || bookSide?.status === "succeeded" ? bookSide : undefined;
}

async function takePaid(
  ctx: ServiceContext,
  { difference, connected }: Question,
  receipt: Receipt,
): Promise<Explanation> {
  const { billLine, bookSide } = difference;
  const isOfLine = billLine !== null && receipt.channelTradeNo === billLine.channelTradeNo;
  // The books have the line's very money, or it is not the line that they lack.
  const money = moneyIn(bookSide);
  if (money && (!isOfLine || money.channelTradeNo === receipt.channelTradeNo)) {
    return isMoneyOf(receipt, money) ? BILL_WRONG : BOOKS_WRONG;
  }
  const { account, connection } = connected;
  const { accountNo, channel } = account;
  const effect = await receiveReceipt(ctx, { accountNo, channel, payee: connection.payee, receipt });
  if (!isOfLine || receipt.amount !== billLine.amount || billLine.kind !== "payment") return BILL_WRONG;
  if (effect !== "held") return repaired("never_heard");
  return repaired(causeOfHeld(difference));
}

function causeOfHeld({ differenceClass }: Difference) {
  if (differenceClass === "missing_here") return "unknown_order";
  return differenceClass === "amount_mismatch" ? "books_wrong" : "late_money";
}

async function takeUnpaid(
  ctx: ServiceContext,
  difference: Difference,
  answer: Extract<QueryOutcome["kind"], "unpaid" | "absent" | "closed" | "failed">,
): Promise<Explanation> {
  const { billLine, bookSide, businessDay } = difference;
  if (moneyIn(bookSide)) {
    // A channel may call an order closed when all of it went back.
    if (answer !== "closed" || !(await isAllRefunded(ctx, difference))) return BOOKS_WRONG;
    return billLine === null ? BILL_WRONG : { ...BOOKS_WRONG, cause: "channel_silent", note: CLOSED_AFTER_REFUND };
  }
  const isEnded = bookSide?.status === "closed" || bookSide?.status === "failed";
  return answer === "closed" && isEnded && isNearEnd(billLine, businessDay) ? REVERSED : BILL_WRONG;
}

const CLOSED_AFTER_REFUND =
  "asked, the channel says that the order is closed, as it is when all was refunded; not what was paid";

/** Revoked soon after it was paid, which around midnight is in the next bill. */
function isNearEnd(line: BillLine | null, businessDay: string): boolean {
  return line !== null && boundsOfDay(businessDay).toMs - line.occurredAt <= DAY_BOUNDARY_MS;
}

async function isAllRefunded(ctx: ServiceContext, { bookSide, outTradeNo, paymentNo }: Difference): Promise<boolean> {
  if (paymentNo === null || outTradeNo === null) return false;
  const attempt = await findAttempt(ctx.store.db, outTradeNo);
  const refunds = await findRefunds(ctx.store.db, paymentNo);
  const refunded = refunds
    // One whose end was not heard may be what closed the order.
    .filter((refund) => refund.attemptNo === outTradeNo && isReserving(refund))
    .reduce((sum, { chargedAmount }) => sum + chargedAmount, 0);
  return refunded === (bookSide?.chargedAmount ?? attempt?.chargedAmount);
}
