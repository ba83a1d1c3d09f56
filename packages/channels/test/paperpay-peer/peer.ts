import { createHmac, randomBytes } from "node:crypto";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { buffer } from "node:stream/consumers";
import { answerOf, orderWords, refundWords } from "./answers.ts";
import { PaperBills } from "./bills.ts";
import { PaperBooks, type PaperOrder } from "./books.ts";
import { type CallbackFault, PaperCallbacks } from "./callbacks.ts";

/** What Paper Pay is told to do wrong with the next call of one operation about one order, or about any. */
export type PaperFault =
  | { kind: "timeout_after_commit" | "timeout_before_commit" }
  | { kind: "drop"; when: "before" | "after" }
  | { kind: "status"; status: number }
  | { kind: "bad_signature" | "unsigned" | "busy" };

type Scripted = { operation: string; orderNo?: string | undefined; fault: PaperFault };

/** Paper Pay as a server on loopback with one shop, and its payers. */
export interface PaperpayPeer {
  /** The shop's credentials as its account keeps them, and the key that it will have after a change. */
  credentials: { shopNo: string; key: string; endpoint: string };
  nextKey: string;
  books: PaperBooks;
  bills: PaperBills;
  fault(fault: Scripted): void;
  callbackFault(orderNo: string, fault: CallbackFault): void;
  /** The operations that were called about an order, or about all, in order. */
  calls(orderNo?: string): string[];
  /** The payer scans a code, and pays. */
  scan(qr: string): void;
  pay(qr: string): void;
  payLate(orderNo: string): void;
  confirm(payerCode: string): void;
  /** What the channel says of each trade, for the comparison with our books. */
  ledger(): {
    channel: string;
    outTradeNo: string;
    channelTradeNo: string;
    amount: number;
    state: "unpaid" | "paid" | "closed";
    refunds: { outRefundNo: string; amount: number; state: string }[];
  }[];
  stop(): Promise<void>;
}

const QR = "paperpay://pay/";

/** Starts the peer with a fresh shop; its clock is the test's. */
export async function startPaperpay({
  now,
  wireNow = now,
}: {
  now: () => number;
  /** The time in requests and callbacks, where it is not that of the business. */
  wireNow?: () => number;
}): Promise<PaperpayPeer> {
  const shopNo = "104729";
  const key = randomBytes(32).toString("hex");
  const books = new PaperBooks(now);
  const bills = new PaperBills({ shopNo, books, now });
  const callbacks = new PaperCallbacks({ now: wireNow, key });
  const script: Scripted[] = [];
  const calls: { operation: string; orderNo: string }[] = [];

  function tellPaid(order: PaperOrder): void {
    callbacks.send(order.callback, { orderNo: order.orderNo, words: { kind: "paid", ...orderWords(shopNo, order) } });
  }

  async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const operation = request.url?.slice(1) ?? "";
    const body = String(await buffer(request));
    const time = String(request.headers["paperpay-time"]);
    const signature = request.headers["paperpay-signature"];
    const inTime = Math.abs(wireNow() / 1000 - Number(time)) <= 300;
    if (!inTime || request.headers["paperpay-shop"] !== shopNo || signature !== sign(key, [time, operation, body])) {
      response.writeHead(401).end(JSON.stringify({ ok: false, code: "NOT_GENUINE", message: "check the key" }));
      return;
    }
    if (request.method === "GET") {
      bills.send(operation, response);
      return;
    }
    const fields: Record<string, unknown> = JSON.parse(body);
    const orderNo = String(fields.orderNo);
    calls.push({ operation, orderNo });
    const at = script.findIndex((one) => one.operation === operation && (one.orderNo ?? orderNo) === orderNo);
    const fault = script.splice(at, at < 0 ? 0 : 1)[0]?.fault;
    if (fault && isBefore(fault)) {
      spoil(response, fault);
      return;
    }
    const wasPaid = books.orders.get(orderNo)?.state === "paid";
    const answer = fault?.kind === "busy" ? BUSY : answerOf({ books, bills }, { shopNo, operation, fields });
    reply(response, { text: JSON.stringify(answer), asked: signature, fault });
    const order = books.orders.get(orderNo);
    if (operation === "charge" && order?.state === "paid" && !wasPaid) tellPaid(order);
    if (operation === "refund" && answer.ok === true) tellRefunded(orderNo, fields);
  }

  function tellRefunded(orderNo: string, { refundNo, callback }: Readonly<Record<string, unknown>>): void {
    const refund = books.refundOrder(orderNo, String(refundNo));
    if (refund.state === "done") return;
    books.finish(refund);
    callbacks.send(String(callback), { orderNo, words: { kind: "refunded", ...refundWords(orderNo, refund) } });
  }

  function reply(
    response: ServerResponse,
    { text, asked, fault }: { text: string; asked: string; fault: PaperFault | undefined },
  ): void {
    if (fault && spoil(response, fault)) return;
    const signedWith = fault?.kind === "bad_signature" ? "0".repeat(64) : key;
    const headers = fault?.kind === "unsigned" ? {} : { "paperpay-signature": sign(signedWith, [asked, text]) };
    response.writeHead(200, { ...headers, "content-type": "application/json" }).end(text);
  }

  const server = createServer((request, response) => void serve(request, response));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("the peer has no port");

  return {
    credentials: { shopNo, key, endpoint: `http://127.0.0.1:${address.port}` },
    nextKey: randomBytes(32).toString("hex"),
    books,
    bills,
    fault: (fault) => void script.push(fault),
    callbackFault: (orderNo, fault) => callbacks.fault(orderNo, fault),
    calls: (orderNo) =>
      calls.filter((call) => (orderNo ?? call.orderNo) === call.orderNo).map(({ operation }) => operation),
    scan: (qr) => void books.order(qr.slice(QR.length)),
    pay: (qr) => tellPaid(books.pay(qr.slice(QR.length))),
    payLate: (orderNo) => tellPaid(books.payLate(orderNo)),
    confirm: (payerCode) => tellPaid(books.confirm(payerCode)),
    ledger: () => [...books.orders.values()].map(ledgerEntry),
    async stop() {
      await callbacks.settled();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

const BUSY = { ok: false, code: "BUSY", message: "come again" } as const;

function sign(key: string, parts: readonly string[]): string {
  return createHmac("sha256", Buffer.from(key, "hex")).update(parts.join("\n")).digest("hex");
}

function isBefore(fault: PaperFault): boolean {
  return (
    fault.kind === "timeout_before_commit" ||
    fault.kind === "status" ||
    (fault.kind === "drop" && fault.when === "before")
  );
}

/** Answers as badly as it was told; false when the fault leaves a whole answer. */
function spoil(response: ServerResponse, fault: PaperFault): boolean {
  switch (fault.kind) {
    case "timeout_after_commit":
    case "timeout_before_commit":
      return true;
    case "drop":
      response.destroy();
      return true;
    case "status":
      response.writeHead(fault.status).end();
      return true;
    case "bad_signature":
    case "unsigned":
    case "busy":
      return false;
  }
}

function ledgerEntry({ orderNo, tradeNo, amount, state, refunds }: PaperOrder) {
  return {
    channel: "paperpay",
    outTradeNo: orderNo,
    channelTradeNo: tradeNo,
    amount,
    state: state === "waiting" ? ("unpaid" as const) : state,
    refunds: refunds.map((refund) => ({
      outRefundNo: refund.refundNo,
      amount: refund.amount,
      state: refund.state === "done" ? "succeeded" : refund.state,
    })),
  };
}
