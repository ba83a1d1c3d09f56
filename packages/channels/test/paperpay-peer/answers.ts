import type { PaperBills } from "./bills.ts";
import { type PaperBooks, type PaperOrder, type PaperRefund, Refusal } from "./books.ts";

type Fields = Readonly<Record<string, unknown>>;

/** Answers one signed request from the books, in the words of protocol.md. */
export function answerOf(
  peer: { books: PaperBooks; bills: PaperBills },
  { shopNo, operation, fields }: { shopNo: string; operation: string; fields: Fields },
): Fields {
  try {
    return { ok: true, ...carryOut(peer, { shopNo, operation, fields }) };
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    return { ok: false, code: error.code, message: error.message };
  }
}

function carryOut(
  { books, bills }: { books: PaperBooks; bills: PaperBills },
  { shopNo, operation, fields }: { shopNo: string; operation: string; fields: Fields },
): Fields {
  const orderNo = textOf(fields.orderNo);
  const refundNo = textOf(fields.refundNo);
  switch (operation) {
    case "charge": {
      const payerCode = fields.payerCode === undefined ? undefined : textOf(fields.payerCode);
      const order = books.charge({
        orderNo,
        payerCode,
        amount: Number(fields.amount),
        subject: textOf(fields.subject),
        expiresAt: Date.parse(textOf(fields.expiresAt)),
        callback: textOf(fields.callback),
      });
      const qr = payerCode === undefined ? { qr: `paperpay://pay/${orderNo}` } : {};
      return { ...orderWords(shopNo, order), ...qr };
    }
    case "order":
      return orderWords(shopNo, books.order(orderNo));
    case "close":
      return orderWords(shopNo, books.close(orderNo));
    case "cancel":
      books.cancel(orderNo);
      return {};
    case "refund":
      return refundWords(orderNo, books.refund(orderNo, { refundNo, amount: Number(fields.amount) }));
    case "refund-order":
      return refundWords(orderNo, books.refundOrder(orderNo, refundNo));
    case "bill":
      return bills.issue(textOf(fields.kind), textOf(fields.day));
    default:
      throw new Refusal("BAD_FIELD", "operation");
  }
}

/** An order as Paper Pay writes it. */
export function orderWords(shopNo: string, { orderNo, state, amount, tradeNo, paidAt }: PaperOrder): Fields {
  const paid = paidAt === undefined ? {} : { tradeNo, paidAt: new Date(paidAt).toISOString() };
  return { shopNo, orderNo, state, amount, ...paid };
}

/** A refund as Paper Pay writes it. */
export function refundWords(orderNo: string, { refundNo, amount, state, doneAt }: PaperRefund): Fields {
  const done = doneAt === undefined ? {} : { doneAt: new Date(doneAt).toISOString() };
  return { orderNo, refundNo, amount, state, ...done };
}

function textOf(field: unknown): string {
  return typeof field === "string" ? field : "";
}
