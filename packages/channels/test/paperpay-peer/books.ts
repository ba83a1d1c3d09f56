import { randomBytes } from "node:crypto";

/** Paper Pay's own word for no. */
export class Refusal extends Error {
  readonly code: string;

  constructor(code: string, message: string) {
    super(message);
    this.code = code;
  }
}

export interface PaperRefund {
  refundNo: string;
  amount: number;
  state: "processing" | "done";
  doneAt: number | undefined;
}

export interface PaperOrder {
  orderNo: string;
  tradeNo: string;
  amount: number;
  subject: string;
  expiresAt: number;
  callback: string;
  /** At a counter an order waits until somebody ends it. */
  atCounter: boolean;
  state: "waiting" | "paid" | "closed";
  paidAt: number | undefined;
  /** When a paid order was cancelled, and the fen that went back then. */
  cancelled: { at: number; amount: number } | undefined;
  refunds: PaperRefund[];
}

export type Charge = Pick<PaperOrder, "orderNo" | "amount" | "subject" | "expiresAt" | "callback"> & {
  payerCode?: string | undefined;
};

interface PayerCode {
  password: boolean;
  balance: boolean;
  orderNo: string | undefined;
}

const SUBJECT = /^[^\p{Cc}\p{Cs}]{1,64}$/u;
const YEAR_MS = 365 * 86_400_000;

/** What Paper Pay knows: orders, refunds, and the codes on its payers' phones. */
export class PaperBooks {
  readonly orders = new Map<string, PaperOrder>();
  readonly #now: () => number;
  readonly #codes = new Map<string, PayerCode>();
  readonly #cancelled = new Set<string>();
  /** Orders whose next refund finds the shop without funds. */
  readonly withoutFunds = new Set<string>();

  constructor(now: () => number) {
    this.#now = now;
  }

  charge({ payerCode, ...charge }: Charge): PaperOrder {
    const known = this.orders.get(charge.orderNo);
    if (known) return this.#again(known, charge);
    if (this.#cancelled.has(charge.orderNo)) throw new Refusal("ORDER_CLOSED", "this number was cancelled");
    if (!SUBJECT.test(charge.subject)) throw new Refusal("BAD_FIELD", "subject");
    const code = payerCode === undefined ? undefined : this.#freshCode(payerCode);
    const tradeNo = `PP-${randomBytes(8).toString("hex")}`;
    const atCounter = code !== undefined;
    const order: PaperOrder = {
      ...charge,
      atCounter,
      tradeNo,
      state: "waiting",
      paidAt: undefined,
      cancelled: undefined,
      refunds: [],
    };
    this.orders.set(order.orderNo, order);
    if (!code) return order;
    code.orderNo = order.orderNo;
    if (!code.password) this.#take(order);
    return order;
  }

  order(orderNo: string): PaperOrder {
    const order = this.orders.get(orderNo);
    if (!order) throw new Refusal("ORDER_UNKNOWN", "there is no such order");
    const expires = order.state === "waiting" && !order.atCounter;
    if (expires && order.expiresAt <= this.#now()) order.state = "closed";
    return order;
  }

  close(orderNo: string): PaperOrder {
    const order = this.order(orderNo);
    if (order.state === "paid") throw new Refusal("ORDER_PAID", "the order is paid");
    order.state = "closed";
    return order;
  }

  cancel(orderNo: string): void {
    this.#cancelled.add(orderNo);
    const order = this.orders.get(orderNo);
    if (order?.state === "paid") order.cancelled = { at: this.#now(), amount: this.kept(orderNo) };
    if (order) order.state = "closed";
  }

  refund(orderNo: string, { refundNo, amount }: { refundNo: string; amount: number }): PaperRefund {
    const order = this.orders.get(orderNo);
    if (order?.state !== "paid") throw new Refusal("ORDER_NOT_PAID", "nobody paid this order");
    const known = order.refunds.find((refund) => refund.refundNo === refundNo);
    if (known && known.amount !== amount) throw new Refusal("NUMBER_USED", "the refund has another amount");
    if (known) return known;
    if (this.#now() - (order.paidAt ?? 0) > YEAR_MS) throw new Refusal("TOO_OLD", "paid more than a year ago");
    if (amount > this.kept(orderNo)) throw new Refusal("EXCEEDS_PAID", "more than is left");
    if (this.withoutFunds.delete(orderNo)) throw new Refusal("NO_FUNDS", "the shop has no funds");
    const refund: PaperRefund = { refundNo, amount, state: "processing", doneAt: undefined };
    order.refunds.push(refund);
    return refund;
  }

  refundOrder(orderNo: string, refundNo: string): PaperRefund {
    const refund = this.orders.get(orderNo)?.refunds.find((one) => one.refundNo === refundNo);
    if (!refund) throw new Refusal("REFUND_UNKNOWN", "there is no such refund");
    return refund;
  }

  finish(refund: PaperRefund): void {
    refund.state = "done";
    refund.doneAt = this.#now();
  }

  /** Fen that the shop has of an order, refunds under way taken off. */
  kept(orderNo: string): number {
    const order = this.orders.get(orderNo);
    if (order?.state !== "paid") return 0;
    return order.refunds.reduce((left, { amount }) => left - amount, order.amount);
  }

  /** The payer scanned the code of an order and pays. */
  pay(orderNo: string): PaperOrder {
    const order = this.order(orderNo);
    if (order.state !== "waiting") throw new Error(`the order is ${order.state}`);
    return this.#take(order);
  }

  /** Paper Pay breaks its word and takes money for an order that it closed. */
  payLate(orderNo: string): PaperOrder {
    return this.#take(this.order(orderNo));
  }

  /** A fresh code on a payer's phone. */
  payerCode({ password, balance }: { password: boolean; balance: boolean }): string {
    const code = `9${randomBytes(8).readBigUInt64BE().toString().padStart(20, "0")}`;
    this.#codes.set(code, { password, balance, orderNo: undefined });
    return code;
  }

  /** The payer at the counter types the password. */
  confirm(payerCode: string): PaperOrder {
    return this.pay(this.#orderOf(payerCode));
  }

  /** The payer at the counter turns away. */
  refuse(payerCode: string): void {
    this.close(this.#orderOf(payerCode));
  }

  #orderOf(payerCode: string): string {
    const orderNo = this.#codes.get(payerCode)?.orderNo;
    if (orderNo === undefined) throw new Error("this code was not charged");
    return orderNo;
  }

  #again(known: PaperOrder, { amount, subject, expiresAt, callback }: Charge): PaperOrder {
    const order = this.order(known.orderNo);
    if (order.state === "paid") throw new Refusal("ORDER_PAID", "the order is paid");
    if (order.state === "closed") throw new Refusal("ORDER_CLOSED", "the order is closed");
    const same =
      order.amount === amount &&
      order.subject === subject &&
      order.expiresAt === expiresAt &&
      order.callback === callback;
    if (!same) throw new Refusal("NUMBER_USED", "the order has other values");
    return order;
  }

  #freshCode(payerCode: string): PayerCode {
    const code = this.#codes.get(payerCode);
    if (code === undefined || code.orderNo !== undefined) throw new Refusal("CODE_INVALID", "scan a fresh code");
    if (!code.balance) throw new Refusal("NO_BALANCE", "the payer has no money");
    return code;
  }

  #take(order: PaperOrder): PaperOrder {
    order.state = "paid";
    order.paidAt = this.#now();
    return order;
  }
}
