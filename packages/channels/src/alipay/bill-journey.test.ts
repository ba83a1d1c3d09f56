import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { addDays, type BillKind, type BillLine, boundsOfDay, businessDay, type FundFlowLine } from "@payhub/domain";
import type { BillSpoil } from "@payhub/simulator";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { type Account, MODES, openAccount } from "../../test/alipay-account.ts";
import { type BillItem, BillUnreadable, type ChargeRequest } from "../channel.ts";

const HOUR_MS = 3_600_000;
/** 0.6 %. */
const FEE_RATE = 60;

let directory: string;
let files = 0;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), "payhub-journey-"));
});
afterAll(() => rm(directory, { recursive: true }));

/** An account that traded for a day: one order paid, part of it given back; one paid at the counter and cancelled. */
class TradingDay {
  readonly account: Account;
  readonly day: string;

  constructor(account: Account) {
    this.account = account;
    this.day = addDays(businessDay(account.simulator.clock.now()), 1);
  }

  goTo(day: string, timeOfDayMs: number): void {
    const { clock } = this.account.simulator;
    clock.advance(boundsOfDay(day).fromMs + timeOfDayMs - clock.now());
  }

  order(attemptNo: string) {
    const createdAt = this.account.simulator.clock.now();
    const subject = '拿铁, "大" 😀';
    return {
      attemptNo,
      amount: 8888,
      subject,
      createdAt,
      expiresAt: createdAt + HOUR_MS,
      notifyUrl: "http://127.0.0.1:1/",
    };
  }

  async trade(): Promise<void> {
    const { connection, simulator } = this.account;
    this.goTo(this.day, 10 * HOUR_MS);
    const paid: ChargeRequest = { ...this.order("T1"), scene: "qr" };
    const placed = await connection.create(paid);
    if (placed.kind !== "accepted" || placed.action.type !== "show_qr") throw new Error(JSON.stringify(placed));
    simulator.payer.pay(placed.action.codeUrl);
    const { receipt } = await this.paidOrder("T1");
    const part = { attemptNo: "T1", channelTradeNo: receipt.channelTradeNo, total: 8888, reason: "退", notifyUrl: "" };
    expect(await connection.refund({ ...part, refundNo: "R1", amount: 888 })).toMatchObject({ kind: "succeeded" });
    const authCode = simulator.payer.payerCode("alipay");
    const sale: ChargeRequest = { ...this.order("T2"), scene: "barcode", authCode, storeNo: "S1" };
    expect(await connection.create(sale)).toMatchObject({ kind: "paid" });
    expect(await connection.cancel({ attemptNo: "T2" })).toEqual({ kind: "cancelled" });
  }

  async paidOrder(attemptNo: string) {
    const found = await this.account.connection.query({ attemptNo });
    if (found.kind !== "paid") throw new Error(JSON.stringify(found));
    return found;
  }

  fetch(billKind: BillKind, day = this.day) {
    files += 1;
    const path = join(directory, `${files}.zip`);
    const outcome = this.account.connection.fetchBill({ billKind, businessDay: day, path });
    return outcome.then((fetched) => ({ outcome: fetched, path }));
  }

  async items(billKind: BillKind): Promise<BillItem[]> {
    const { outcome, path } = await this.fetch(billKind);
    expect(outcome).toEqual({ kind: "fetched" });
    const { connection } = this.account;
    const items: BillItem[] = [];
    const bill = billKind === "trade" ? connection.readTradeBill(path) : connection.readFundFlowBill(path);
    for await (const batch of bill) items.push(...batch);
    return items;
  }

  async lines(billKind: "trade"): Promise<BillLine[]>;
  async lines(billKind: "fund_flow"): Promise<FundFlowLine[]>;
  async lines(billKind: BillKind): Promise<(BillLine | FundFlowLine)[]> {
    return (await this.items(billKind)).map((item) => {
      if (item.kind !== "line") throw new Error(JSON.stringify(item));
      return item.line;
    });
  }
}

describe.each(MODES)("the bills of an account with %s", (mode) => {
  let trading: TradingDay;
  beforeAll(async () => {
    trading = new TradingDay(await openAccount(mode, { feeRate: FEE_RATE }));
    await trading.trade();
    trading.goTo(addDays(trading.day, 1), 8.9 * HOUR_MS);
    expect((await trading.fetch("trade")).outcome).toEqual({ kind: "absent" });
    trading.goTo(addDays(trading.day, 1), 9 * HOUR_MS);
  });
  afterAll(() => trading.account.harness.stop());

  test("list what was paid, given back and cancelled, with its fees", async () => {
    const { receipt } = await trading.paidOrder("T1");
    const lines = (await trading.lines("trade")).toSorted((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1));
    expect(lines).toMatchObject([
      { ...LINE, kind: "payment", outTradeNo: "T1", channelTradeNo: receipt.channelTradeNo, amount: 8888, fee: 53 },
      { ...LINE, kind: "refund", outTradeNo: "T1", outRefundNo: "R1", amount: 888, fee: -5 },
      { ...LINE, kind: "payment", outTradeNo: "T2", amount: 8888, fee: 53 },
      { ...LINE, kind: "reversal", outTradeNo: "T2", amount: 8888, fee: -53 },
    ]);
    expect(lines[0]?.occurredAt).toBe(receipt.paidAt);
  });

  test("tell how the balance moved", async () => {
    const lines = await trading.lines("fund_flow");
    const sums = new Map<string, number>();
    for (const { kind, direction, amount } of lines) {
      const name = `${kind} ${direction}`;
      sums.set(name, (sums.get(name) ?? 0) + amount);
    }
    expect(Object.fromEntries(sums)).toEqual({
      "payment in": 2 * 8888,
      "refund out": 888 + 8888,
      "fee out": 2 * 53,
      "fee_return in": 5 + 53,
    });
    expect(new Set(lines.map(({ outNo }) => outNo))).toEqual(new Set(["T1", "T2"]));
  });

  test("are absent for a day without business, and declined for today", async () => {
    expect((await trading.fetch("trade", addDays(trading.day, -1))).outcome).toEqual({ kind: "absent" });
    expect((await trading.fetch("fund_flow", addDays(trading.day, 1))).outcome).toMatchObject({
      kind: "declined",
      code: "isv.invalid_arguments",
    });
  });
});

const LINE = { outRefundNo: null, channelRefundNo: null, status: "succeeded" } as const;
const keyOf = ({ outTradeNo, kind }: BillLine) => `${outTradeNo} ${kind === "payment" ? 1 : 2}`;

describe("a spoiled bill", () => {
  let trading: TradingDay;
  beforeAll(async () => {
    trading = new TradingDay(await openAccount("public key", { feeRate: FEE_RATE }));
    await trading.trade();
    trading.goTo(addDays(trading.day, 1), 9 * HOUR_MS);
  });
  afterEach(() => {
    for (const billKind of ["trade", "fund_flow"] as const) {
      trading.account.simulator.bills.reissue({ channel: "alipay", billKind, businessDay: trading.day });
    }
  });
  afterAll(() => trading.account.harness.stop());

  const spoil = (one: BillSpoil, billKind: BillKind = "trade") =>
    trading.account.simulator.bills.spoil({ channel: "alipay", billKind, businessDay: trading.day, spoil: one });
  const match = { outTradeNo: "T1" };

  test.each<[string, BillSpoil, unknown[]]>([
    ["drop", { kind: "drop", match }, []],
    ["another amount", { kind: "amount", match, amount: 1 }, [{ line: { amount: 1 } }]],
    ["another fee", { kind: "fee", match, fee: 99 }, [{ line: { fee: 99 } }]],
    ["a line twice", { kind: "duplicate", match }, [{ line: { amount: 8888 } }, { line: { amount: 8888 } }]],
    ["a strange business", { kind: "status", match, status: "转账" }, []],
  ])("with %s is read as it stands", async (_name, one, payments) => {
    spoil(one);
    const items = await trading.items("trade");
    const ours = items.filter(
      (item) => item.kind === "line" && "kind" in item.line && keyOf(asTrade(item.line)) === "T1 1",
    );
    expect(ours).toMatchObject(payments);
    expect(items.filter(({ kind }) => kind === "sum_differs")).toEqual([]);
    expect(items.filter(({ kind }) => kind === "malformed")).toHaveLength(one.kind === "status" ? 1 : 0);
  });

  test.each(["trade", "fund_flow"] as const)("of kind %s tells a torn line and a wrong sum", async (billKind) => {
    spoil({ kind: "malformed", match }, billKind);
    const torn = await trading.items(billKind);
    expect(torn.filter(({ kind }) => kind !== "line").map(({ kind }) => kind)).toContain("malformed");
    trading.account.simulator.bills.reissue({ channel: "alipay", billKind, businessDay: trading.day });
    spoil({ kind: "sum", by: 1 }, billKind);
    expect((await trading.items(billKind)).filter(({ kind }) => kind !== "line")).toMatchObject([
      { kind: "sum_differs" },
    ]);
  });

  test.each<[string, BillSpoil]>([
    ["a turned byte", { kind: "wrong_hash" }],
    ["filler", { kind: "huge", bytes: 64 * 1024 ** 2 }],
  ])("with %s is refused", async (_name, one) => {
    spoil(one);
    expect((await trading.fetch("trade")).outcome).toMatchObject({ kind: "refused" });
  });

  test("that is cut cannot be read", async () => {
    spoil({ kind: "cut", at: 0.6 });
    await expect(trading.items("trade")).rejects.toThrow(BillUnreadable);
  });

  test("that is late is absent until it is there", async () => {
    spoil({ kind: "not_ready", times: 1 });
    expect((await trading.fetch("trade")).outcome).toEqual({ kind: "absent" });
    expect((await trading.fetch("trade")).outcome).toEqual({ kind: "fetched" });
  });
});

function asTrade(line: BillLine | FundFlowLine): BillLine {
  if (!("outTradeNo" in line)) throw new Error("not a line of a trade bill");
  return line;
}
