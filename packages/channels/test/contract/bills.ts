import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  addDays,
  BILL_KINDS,
  type BillKind,
  type BillLine,
  boundsOfDay,
  businessDay,
  type FundFlowLine,
} from "@payhub/domain";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import type { BillItem, BillOutcome, ChannelConnection, ChargeRequest, RefundRequest } from "../../src/channel.ts";
import { Bench, MINUTE_MS } from "./bench.ts";
import { at, listen, stop } from "./raw-server.ts";

const DEADLINE_MS = 5000;
const HOUR_MS = 60 * MINUTE_MS;
const REFUND_GAP_MS = 5000;

/** What was traded on the day that the tests ask about. */
interface Traded {
  day: string;
  payments: BillLine[];
  refunds: BillLine[];
  cancelled: string[];
}

/** A day's bills: exactly what was paid and given back, and never a guess about what is not there. */
export function describeBills<C>({ contract, told }: Bench<C>): void {
  const bench = new Bench(contract, { deadlineMs: DEADLINE_MS });
  let directory = "";
  let files = 0;
  let traded: Traded;
  beforeAll(async () => {
    await bench.open();
    directory = await mkdtemp(join(tmpdir(), "payhub-bills-"));
    goTo(nextDay(), 9 * HOUR_MS);
    traded = await tradeADay();
  });
  afterAll(async () => {
    told.push(...bench.told);
    await bench.close();
    await rm(directory, { recursive: true });
  });

  const nextDay = () => addDays(businessDay(bench.harness.now()), 1);

  function goTo(day: string, timeOfDayMs: number): void {
    const waitMs = boundsOfDay(day).fromMs + timeOfDayMs - bench.harness.now();
    if (waitMs < 0) throw new Error("time does not go back");
    bench.harness.advance(waitMs);
  }

  function order(amount: number): ChargeRequest {
    const createdAt = bench.harness.now();
    return bench.request({ amount, createdAt, expiresAt: createdAt + 15 * MINUTE_MS });
  }

  async function tradeADay(): Promise<Traded> {
    const day = businessDay(bench.harness.now());
    const payments: BillLine[] = [];
    const refunds: BillLine[] = [];
    for (const amount of [1, 1288, 30_000]) payments.push(await paid(order(amount)));
    const [, , large] = payments;
    if (!large) throw new Error("nothing was paid");
    for (const amount of [10_000, 5000]) {
      refunds.push(await refunded(large, amount));
      bench.harness.advance(REFUND_GAP_MS);
    }
    await bench.place(order(999));
    const cancelled: string[] = [];
    for (const scene of bench.counters.slice(0, 1)) {
      const { request } = bench.sale(scene);
      const sale = { ...request, createdAt: bench.harness.now(), expiresAt: bench.harness.now() + 15 * MINUTE_MS };
      expect(await bench.run("create", sale)).toMatchObject({ kind: "paid" });
      expect(await bench.run("cancel", sale)).toEqual({ kind: "cancelled" });
      cancelled.push(sale.attemptNo);
    }
    return { day, payments, refunds, cancelled };
  }

  async function paid(request: ChargeRequest): Promise<BillLine> {
    bench.harness.pay(await bench.place(request));
    const { outTradeNo, channelTradeNo, amount, paidAt: occurredAt } = await bench.receiptOf(request);
    return { ...NO_REFUND, lineNo: 0, kind: "payment", outTradeNo, channelTradeNo, amount, fee: 0, occurredAt };
  }

  async function refunded(payment: BillLine, amount: number): Promise<BillLine> {
    const request = { ...bench.request(), attemptNo: payment.outTradeNo, amount: payment.amount };
    const asked: RefundRequest = bench.refundOf({ request, receipt: payment }, { amount });
    await bench.tell(bench.connection.refund(asked));
    await vi.waitFor(
      async () => expect(await bench.connection.queryRefund(asked)).toMatchObject({ kind: "succeeded" }),
      {
        timeout: 15_000,
      },
    );
    return { ...payment, kind: "refund", outRefundNo: asked.refundNo, amount };
  }

  async function fetched(
    billKind: BillKind,
    day: string,
    connection: ChannelConnection = bench.connection,
  ): Promise<{ outcome: BillOutcome; path: string }> {
    files += 1;
    const path = join(directory, String(files));
    const outcome = await bench.tell(connection.fetchBill({ billKind, businessDay: day, path }));
    return { outcome, path };
  }

  async function linesOf<Line extends BillLine | FundFlowLine>(
    read: (path: string) => AsyncIterable<readonly BillItem<Line>[]>,
    billKind: BillKind,
  ): Promise<Line[]> {
    const { outcome, path } = await fetched(billKind, traded.day);
    expect(outcome).toEqual({ kind: "fetched" });
    const lines: Line[] = [];
    for await (const items of read(path)) {
      for (const item of items) {
        if (item.kind !== "line") throw new Error(`not a line: ${JSON.stringify(item)}`);
        lines.push(item.line);
      }
    }
    return lines;
  }

  const tradeLines = () => linesOf<BillLine>((path) => bench.connection.readTradeBill(path), "trade");
  const flowLines = () => linesOf<FundFlowLine>((path) => bench.connection.readFundFlowBill(path), "fund_flow");
  const kinds = () => bench.connection.billKinds ?? BILL_KINDS;

  test("before its time a bill is not there, and that is no answer about the day", async () => {
    goTo(addDays(traded.day, 1), HOUR_MS);
    for (const billKind of kinds()) {
      expect(["not_ready", "absent"]).toContain((await fetched(billKind, traded.day)).outcome.kind);
    }
  });

  test("the trade bill has each payment and refund of the day, and nothing else", async () => {
    goTo(addDays(traded.day, 1), bench.contract.plugin.bills.fromHour * HOUR_MS);
    await paid(order(777));
    const lines = await tradeLines();
    const isCancelled = ({ outTradeNo }: BillLine) => traded.cancelled.includes(outTradeNo);
    expect(
      lines
        .filter((line) => !isCancelled(line))
        .map(compared)
        .sort(byText),
    ).toEqual([...traded.payments, ...traded.refunds].map(compared).sort(byText));
    for (const outTradeNo of traded.cancelled) {
      expect(netOf(lines.filter((line) => line.outTradeNo === outTradeNo))).toBe(0);
    }
    expect(lines.some(isCancelled)).toBe(traded.cancelled.length > 0);
    for (const { kind, fee } of lines) {
      if (kind === "payment") expect(fee).toBeGreaterThanOrEqual(0);
      else expect(fee).toBeLessThanOrEqual(0);
    }
    expect(new Set(lines.map(({ lineNo }) => lineNo)).size).toBe(lines.length);
  });

  test("the fund flow moves what the trade bill says", async () => {
    if (!kinds().includes("fund_flow")) return;
    const trades = await tradeLines();
    const flows = (await flowLines()).filter(({ kind }) => kind !== "other");
    const gained = flows.reduce((sum, { direction, amount }) => sum + (direction === "in" ? amount : -amount), 0);
    expect(gained).toBe(netOf(trades) - trades.reduce((sum, { fee }) => sum + fee, 0));
    const gross = flows.filter(({ kind }) => kind === "payment").reduce((sum, { amount }) => sum + amount, 0);
    expect(gross).toBe(netOf(trades.filter(({ kind }) => kind === "payment")));
    const ownNumbers = flows
      .filter(({ kind, outNo }) => kind === "payment" && outNo !== null)
      .map(({ outNo }) => outNo);
    expect(trades.map(({ outTradeNo }) => outTradeNo)).toEqual(expect.arrayContaining(ownNumbers));
  });

  test("the same bill again has the same lines", async () => {
    expect(await tradeLines()).toEqual(await tradeLines());
  });

  test("a day without business has none", async () => {
    for (const billKind of kinds()) {
      const { outcome } = await fetched(billKind, addDays(traded.day, -1));
      expect(["none", "absent"]).toContain(outcome.kind);
    }
  });

  test("a bill that is not the account's is not given to it", async () => {
    const stranger = bench.connect({ ...bench.harness.successor });
    expect(["declined", "unknown", bench.coldOutcome]).toContain(
      (await fetched("trade", traded.day, stranger)).outcome.kind,
    );
  });

  test("nobody listens, so nothing was asked", async () => {
    const { server, origin } = await listen(() => undefined);
    await stop(server);
    const connection = bench.connect(at(bench.harness.credentials, origin));
    expect((await fetched("trade", traded.day, connection)).outcome).toMatchObject({ kind: "unsent" });
  });

  test("a bill that was changed on the way is refused, and kept for inspection", async () => {
    for (const billKind of kinds()) {
      bench.harness.spoilBill({ billKind, businessDay: traded.day });
      const { outcome, path } = await fetched(billKind, traded.day);
      expect(outcome).toEqual({ kind: "refused", reason: expect.stringMatching(/./) });
      expect((await readFile(path)).length).toBeGreaterThan(0);
    }
  });
}

const NO_REFUND = { outRefundNo: null, channelRefundNo: null, status: "succeeded" } as const;

/** The parts of a line that our books have too; a refund's time is the channel's own. */
function compared(line: BillLine) {
  const { kind, outTradeNo, channelTradeNo, outRefundNo, amount, status, occurredAt } = line;
  return {
    kind,
    outTradeNo,
    channelTradeNo,
    outRefundNo,
    amount,
    status,
    ...(kind === "payment" && { paidSecond: Math.floor(occurredAt / 1000) }),
  };
}

function byText(one: object, other: object): number {
  return JSON.stringify(one) < JSON.stringify(other) ? -1 : 1;
}

function netOf(lines: readonly BillLine[]): number {
  return lines.reduce((sum, { kind, amount }) => sum + (kind === "payment" ? amount : -amount), 0);
}
