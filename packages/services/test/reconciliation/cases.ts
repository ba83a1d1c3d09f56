import type { Attempt, BillLine, Difference, Refund } from "@payhub/domain";
import type { Desk, Order } from "./desk.ts";

type Expected = Pick<Difference, "differenceClass" | "cause" | "proposedFix" | "differenceState" | "delta">;

/** One thing that may be so on a day. */
export interface Case {
  name: string;
  /** Prepares books, bill and bank, and gives the order's number that differences are looked for by. */
  prepare(desk: Desk, bill: BillLine[]): Promise<string>;
  expected: Expected[];
}

function differs(
  differenceClass: Expected["differenceClass"],
  cause: Expected["cause"],
  proposedFix: Expected["proposedFix"],
  { state = "open", delta }: { state?: Expected["differenceState"]; delta: number },
): Expected {
  return { differenceClass, cause, proposedFix, differenceState: state, delta };
}

const OPEN = { state: "awaiting_payer" } as const satisfies Partial<Attempt>;
const CLOSED = { state: "closed" } as const satisfies Partial<Attempt>;

/** An order in the books, and its line in the bill with some changes. */
async function billed(
  desk: Desk,
  bill: BillLine[],
  own: Partial<Attempt>,
  changes: Partial<BillLine> = {},
): Promise<Order> {
  const order = await desk.order(own);
  bill.push({ ...order.line, ...changes });
  return order;
}

/** A paid order with its line, and a refund of it in the books. */
async function refunded(desk: Desk, bill: BillLine[], own: Partial<Refund>) {
  const order = await billed(desk, bill, {});
  return { order, ...(await desk.refund(order, own)) };
}

const paid = (desk: Desk, order: Order, changes: Partial<Order["receipt"]> = {}) =>
  desk.bank.orders.set(order.attempt.attemptNo, { kind: "paid", receipt: { ...order.receipt, ...changes } });
const ended = (amount: number) =>
  ({ kind: "succeeded", channelRefundNo: null, succeededAt: 1_700_000_000_000, amount }) as const;

const NEW_BILL = "ask_for_new_bill";
const BY_HAND = "check_by_hand";
const REPAIRED = { state: "repaired" } as const;

const PAYMENTS: readonly Case[] = [
  {
    name: "a payment that agrees",
    prepare: async (desk, bill) => (await billed(desk, bill, {})).attempt.attemptNo,
    expected: [],
  },
  {
    name: "another amount, and the bank stands by the books",
    async prepare(desk, bill) {
      const order = await billed(desk, bill, {}, { amount: 990 });
      paid(desk, order);
      return order.attempt.attemptNo;
    },
    expected: [differs("amount_mismatch", "bill_wrong", NEW_BILL, { delta: -10 })],
  },
  {
    name: "another amount, and the bank stands by its bill",
    async prepare(desk, bill) {
      const order = await billed(desk, bill, {}, { amount: 1010 });
      paid(desk, order, { amount: 1010 });
      return order.attempt.attemptNo;
    },
    expected: [differs("amount_mismatch", "books_wrong", BY_HAND, { delta: 10 })],
  },
  {
    name: "another amount, and the bank says nothing",
    async prepare(desk, bill) {
      const order = await billed(desk, bill, {}, { amount: 1010 });
      desk.bank.orders.set(order.attempt.attemptNo, { kind: "unknown", reason: "timeout" });
      return order.attempt.attemptNo;
    },
    expected: [differs("amount_mismatch", "channel_silent", "ask_again", { delta: 10 })],
  },
  {
    name: "a payment that was never heard of",
    async prepare(desk, bill) {
      const order = await billed(desk, bill, OPEN);
      paid(desk, order);
      return order.attempt.attemptNo;
    },
    expected: [differs("status_mismatch", "never_heard", "none", { ...REPAIRED, delta: 1000 })],
  },
  {
    name: "a payment that was never heard of, with another amount in the bill",
    async prepare(desk, bill) {
      const order = await billed(desk, bill, OPEN, { amount: 900 });
      paid(desk, order);
      return order.attempt.attemptNo;
    },
    expected: [differs("amount_mismatch", "bill_wrong", NEW_BILL, { delta: 900 })],
  },
  {
    name: "an open order that the bank does not have as paid",
    async prepare(desk, bill) {
      const order = await billed(desk, bill, OPEN);
      desk.bank.orders.set(order.attempt.attemptNo, { kind: "unpaid" });
      return order.attempt.attemptNo;
    },
    expected: [differs("status_mismatch", "bill_wrong", NEW_BILL, { delta: 1000 })],
  },
  {
    name: "late money that is held",
    async prepare(desk, bill) {
      const order = await billed(desk, bill, CLOSED);
      await desk.hold(order.line);
      return order.attempt.attemptNo;
    },
    expected: [],
  },
  {
    name: "late money that is held with another amount",
    async prepare(desk, bill) {
      const order = await billed(desk, bill, CLOSED);
      await desk.hold(order.line, { amount: 700 });
      paid(desk, order, { amount: 700 });
      return order.attempt.attemptNo;
    },
    expected: [differs("amount_mismatch", "bill_wrong", NEW_BILL, { delta: 300 })],
  },
  {
    name: "late money that was never heard of",
    async prepare(desk, bill) {
      const order = await billed(desk, bill, CLOSED);
      paid(desk, order);
      return order.attempt.attemptNo;
    },
    expected: [differs("status_mismatch", "late_money", "none", { ...REPAIRED, delta: 1000 })],
  },
  {
    name: "an order that was paid and revoked the same day",
    async prepare(desk, bill) {
      const order = await billed(desk, bill, CLOSED);
      bill.push({ ...order.line, kind: "reversal" });
      return order.attempt.attemptNo;
    },
    expected: [],
  },
  {
    name: "a cancelled order whose money went back as a refund without a number of ours",
    async prepare(desk, bill) {
      const order = await billed(desk, bill, CLOSED);
      bill.push({ ...order.line, kind: "refund", outRefundNo: "CANCEL" });
      return order.attempt.attemptNo;
    },
    expected: [],
  },
  {
    name: "a number as ours that is not in the books, and the bank confirms it",
    async prepare(desk, bill) {
      const order = await desk.order(OPEN);
      const outTradeNo = `${order.attempt.attemptNo.slice(0, -4)}WXYZ`;
      const channelTradeNo = `X${order.line.channelTradeNo}`;
      bill.push({ ...order.line, outTradeNo, channelTradeNo });
      const receipt = { ...order.receipt, outTradeNo, channelTradeNo };
      desk.bank.orders.set(outTradeNo, { kind: "paid", receipt });
      return outTradeNo;
    },
    expected: [differs("missing_here", "unknown_order", "none", { ...REPAIRED, delta: 1000 })],
  },
  {
    name: "a number as ours that neither books nor bank know",
    async prepare(desk, bill) {
      const order = await desk.order(OPEN);
      const outTradeNo = `${order.attempt.attemptNo.slice(0, -4)}YYYY`;
      bill.push({ ...order.line, outTradeNo, channelTradeNo: `Y${order.line.channelTradeNo}` });
      return outTradeNo;
    },
    expected: [differs("missing_here", "bill_wrong", NEW_BILL, { delta: 1000 })],
  },
  {
    name: "an order of another system, which is never asked about",
    async prepare(desk, bill) {
      const order = await desk.order(OPEN);
      const outTradeNo = `SHOP-${order.attempt.attemptNo.slice(-10)}`;
      bill.push({ ...order.line, outTradeNo, channelTradeNo: `Z${order.line.channelTradeNo}` });
      return outTradeNo;
    },
    expected: [differs("missing_here", "foreign_order", BY_HAND, { delta: 1000 })],
  },
  {
    name: "an order of another account of ours",
    async prepare(desk, bill) {
      const { accountNo } = desk.platform.accounts.alipay;
      const order = await billed(desk, bill, { ...OPEN, accountNo });
      paid(desk, order);
      return order.attempt.attemptNo;
    },
    expected: [differs("missing_here", "foreign_order", BY_HAND, { delta: 1000 })],
  },
  {
    name: "a payment that the bill lacks, and the bank has",
    async prepare(desk) {
      const order = await desk.order();
      paid(desk, order);
      return order.attempt.attemptNo;
    },
    expected: [differs("missing_there", "bill_wrong", NEW_BILL, { delta: -1000 })],
  },
  {
    name: "a payment that neither bill nor bank has",
    async prepare(desk) {
      const order = await desk.order();
      desk.bank.orders.set(order.attempt.attemptNo, { kind: "unpaid" });
      return order.attempt.attemptNo;
    },
    expected: [differs("missing_there", "books_wrong", BY_HAND, { delta: -1000 })],
  },
  {
    name: "a line that stands there three times",
    async prepare(desk, bill) {
      const order = await billed(desk, bill, {});
      bill.push({ ...order.line }, { ...order.line });
      return order.attempt.attemptNo;
    },
    expected: [
      differs("duplicate_line", "written_twice", NEW_BILL, { delta: 1000 }),
      differs("duplicate_line", "written_twice", NEW_BILL, { delta: 1000 }),
    ],
  },
  {
    name: "one fen for another amount",
    async prepare(desk, bill) {
      const order = await desk.order({ chargedAmount: 1 }, { amount: 8800 });
      bill.push(order.line);
      return order.attempt.attemptNo;
    },
    expected: [differs("one_cent", "one_cent_switch", "none", { state: "accepted", delta: 0 })],
  },
  {
    name: "one fen that is one fen",
    prepare: async (desk, bill) => (await billed(desk, bill, { chargedAmount: 1 })).attempt.attemptNo,
    expected: [],
  },
  {
    name: "a paid order that the bill says was revoked",
    async prepare(desk, bill) {
      const order = await billed(desk, bill, {}, { kind: "reversal" });
      paid(desk, order);
      return order.attempt.attemptNo;
    },
    expected: [differs("status_mismatch", "bill_wrong", NEW_BILL, { delta: -1000 })],
  },
];

const REFUNDS: readonly Case[] = [
  {
    name: "a refund that agrees, still on its way in the bill",
    async prepare(desk, bill) {
      const { line } = await refunded(desk, bill, {});
      bill.push({ ...line, status: "processing" });
      return line.outTradeNo;
    },
    expected: [],
  },
  {
    name: "a refund on its way on both sides",
    async prepare(desk, bill) {
      const { line } = await refunded(desk, bill, { status: "created" });
      bill.push({ ...line, status: "processing" });
      return line.outTradeNo;
    },
    expected: [],
  },
  {
    name: "a refund that failed on both sides",
    async prepare(desk, bill) {
      const { line } = await refunded(desk, bill, { status: "failed" });
      bill.push({ ...line, status: "failed" });
      return line.outTradeNo;
    },
    expected: [],
  },
  {
    name: "a refund of another amount",
    async prepare(desk, bill) {
      const { line, refund } = await refunded(desk, bill, {});
      bill.push({ ...line, amount: 200 });
      desk.bank.refunds.set(refund.refundNo, ended(300));
      return line.outTradeNo;
    },
    expected: [differs("amount_mismatch", "bill_wrong", NEW_BILL, { delta: 100 })],
  },
  {
    name: "a refund whose end was not heard",
    async prepare(desk, bill) {
      const { line, refund } = await refunded(desk, bill, { status: "created" });
      bill.push(line);
      desk.bank.refunds.set(refund.refundNo, ended(300));
      return line.outTradeNo;
    },
    expected: [differs("status_mismatch", "refund_not_heard", "none", { ...REPAIRED, delta: -300 })],
  },
  {
    name: "a refund whose other end was not heard",
    async prepare(desk, bill) {
      const { line, refund } = await refunded(desk, bill, { status: "created" });
      bill.push({ ...line, status: "failed" });
      desk.bank.refunds.set(refund.refundNo, { kind: "closed", channelRefundNo: null });
      return line.outTradeNo;
    },
    expected: [differs("status_mismatch", "refund_not_heard", "none", { ...REPAIRED, delta: 0 })],
  },
  {
    name: "a refund that succeeded here and failed there",
    async prepare(desk, bill) {
      const { line, refund } = await refunded(desk, bill, {});
      bill.push({ ...line, status: "failed" });
      desk.bank.refunds.set(refund.refundNo, ended(300));
      return line.outTradeNo;
    },
    expected: [differs("status_mismatch", "bill_wrong", NEW_BILL, { delta: 300 })],
  },
  {
    name: "a refund that ended after the bill was made",
    async prepare(desk, bill) {
      const { line, refund } = await refunded(desk, bill, { status: "closed" });
      bill.push({ ...line, status: "processing" });
      desk.bank.refunds.set(refund.refundNo, { kind: "closed", channelRefundNo: null });
      return line.outTradeNo;
    },
    expected: [differs("status_mismatch", "ended_later", "none", { state: "resolved", delta: -300 })],
  },
  {
    name: "a refund that failed here and succeeded there",
    async prepare(desk, bill) {
      const { line, refund } = await refunded(desk, bill, { status: "failed" });
      bill.push(line);
      desk.bank.refunds.set(refund.refundNo, ended(300));
      return line.outTradeNo;
    },
    expected: [differs("status_mismatch", "books_wrong", BY_HAND, { delta: -300 })],
  },
  {
    name: "a refund past payhub",
    async prepare(desk, bill) {
      const order = await billed(desk, bill, {});
      bill.push({ ...order.line, kind: "refund", outRefundNo: "PORTAL-1", channelRefundNo: "C1", amount: 400 });
      desk.bank.refunds.set("PORTAL-1", ended(400));
      return order.attempt.attemptNo;
    },
    expected: [differs("missing_here", "refund_past_payhub", "record_refund", { delta: -400 })],
  },
  {
    name: "a refund that neither books nor bank know",
    async prepare(desk, bill) {
      const order = await billed(desk, bill, {});
      bill.push({ ...order.line, kind: "refund", outRefundNo: "PORTAL-2", channelRefundNo: "C2", amount: 400 });
      return order.attempt.attemptNo;
    },
    expected: [differs("missing_here", "bill_wrong", NEW_BILL, { delta: -400 })],
  },
  {
    name: "a refund without a number",
    async prepare(desk, bill) {
      const order = await billed(desk, bill, {});
      bill.push({ ...order.line, kind: "refund", channelRefundNo: "C3", amount: 400 });
      return order.attempt.attemptNo;
    },
    expected: [differs("missing_here", "refund_past_payhub", BY_HAND, { delta: -400 })],
  },
  {
    name: "a refund of an order of another system",
    async prepare(desk, bill) {
      const order = await desk.order(OPEN);
      bill.push({ ...order.line, kind: "refund", outTradeNo: "SHOP-9", outRefundNo: "SHOP-R9", channelRefundNo: "C9" });
      return "SHOP-9";
    },
    expected: [differs("missing_here", "foreign_order", BY_HAND, { delta: -1000 })],
  },
  {
    name: "a refund that the bill lacks, and the bank has",
    async prepare(desk, bill) {
      const { line, refund } = await refunded(desk, bill, {});
      desk.bank.refunds.set(refund.refundNo, ended(300));
      return line.outTradeNo;
    },
    expected: [differs("missing_there", "bill_wrong", NEW_BILL, { delta: 300 })],
  },
  {
    name: "a refund that neither bill nor bank has",
    prepare: async (desk, bill) => (await refunded(desk, bill, {})).line.outTradeNo,
    expected: [differs("missing_there", "books_wrong", BY_HAND, { delta: 300 })],
  },
];

/** One of each. */
export const CASES: readonly Case[] = [...PAYMENTS, ...REFUNDS];
