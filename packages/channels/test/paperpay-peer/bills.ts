import { createHash } from "node:crypto";
import type { ServerResponse } from "node:http";
import { type PaperBooks, type PaperOrder, Refusal } from "./books.ts";

const HOUR_MS = 3_600_000;
const READY_AFTER_MS = 34 * HOUR_MS;

type Entry = Readonly<Record<string, string | number>> & { amount: number; at: string };

/** The bills of a shop: what its books say of a day, made when they are asked for. */
export class PaperBills {
  readonly #shopNo: string;
  readonly #books: PaperBooks;
  readonly #now: () => number;
  readonly #spoiled = new Set<string>();

  constructor({ shopNo, books, now }: { shopNo: string; books: PaperBooks; now: () => number }) {
    this.#shopNo = shopNo;
    this.#books = books;
    this.#now = now;
  }

  /** From now on a bill's bytes are not those of its hash. */
  spoil(kind: "trade" | "flow", day: string): void {
    this.#spoiled.add(`${kind}-${day}`);
  }

  issue(kind: string, day: string): { file: string; sha256: string } {
    const from = Date.parse(`${day}T00:00:00+08:00`);
    if (Number.isNaN(from) || (kind !== "trade" && kind !== "flow")) throw new Refusal("BAD_FIELD", "bill");
    if (this.#now() < from + READY_AFTER_MS) throw new Refusal("BILL_LATER", "come at ten of the next day");
    const file = `${kind}-${day}`;
    const text = this.#textOf(file);
    if (text === undefined) throw new Refusal("BILL_NONE", "there was no business");
    return { file, sha256: createHash("sha256").update(text).digest("hex") };
  }

  send(path: string, response: ServerResponse): void {
    const file = path.replace(/^bills\//, "");
    const text = this.#textOf(file);
    if (text === undefined) response.writeHead(404).end();
    else response.writeHead(200).end(this.#spoiled.has(file) ? `${text} ` : text);
  }

  #textOf(file: string): string | undefined {
    const kind = file.slice(0, file.indexOf("-"));
    const day = file.slice(kind.length + 1);
    const entriesOf = kind === "trade" ? tradesOf : flowsOf;
    const entries = [...this.#books.orders.values()].flatMap(entriesOf).filter(({ at }) => dayOf(at) === day);
    if (entries.length === 0) return undefined;
    const sum = entries.reduce((total, { amount }) => total + amount, 0);
    const lines = [{ shopNo: this.#shopNo, kind, day }, ...entries, { entries: entries.length, sum }];
    return lines.map((line) => `${JSON.stringify(line)}\n`).join("");
  }
}

function tradesOf({ orderNo, tradeNo, amount, paidAt, cancelled, refunds }: PaperOrder): Entry[] {
  const order = { orderNo, tradeNo };
  const entries: Entry[] = [];
  if (paidAt !== undefined) entries.push({ type: "paid", ...order, amount, fee: feeOf(amount), at: iso(paidAt) });
  if (cancelled) entries.push({ type: "cancelled", ...order, amount: cancelled.amount, fee: 0, at: iso(cancelled.at) });
  for (const refund of refunds) {
    const { refundNo, doneAt } = refund;
    if (doneAt === undefined) continue;
    entries.push({ type: "refunded", ...order, refundNo, amount: refund.amount, fee: 0, at: iso(doneAt) });
  }
  return entries;
}

function flowsOf(order: PaperOrder): Entry[] {
  return tradesOf(order).flatMap(({ type = "", amount, fee = 0, at }) => {
    const direction = type === "paid" ? "in" : "out";
    const moved: Entry = { type, direction, orderNo: order.orderNo, amount, at };
    return fee === 0 ? [moved] : [moved, { ...moved, type: "fee", direction: "out", amount: Number(fee) }];
  });
}

function feeOf(amount: number): number {
  return Math.floor((amount * 6) / 1000);
}

function iso(time: number): string {
  return new Date(time).toISOString();
}

function dayOf(at: string): string {
  return new Date(Date.parse(at) + 8 * HOUR_MS).toISOString().slice(0, 10);
}
