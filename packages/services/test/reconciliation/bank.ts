import { readFile, writeFile } from "node:fs/promises";
import {
  type BillItem,
  type BillOutcome,
  type BillRequest,
  BillUnreadable,
  type ChannelConnection,
  type ChannelPlugin,
  type QueryOutcome,
  type RefundQueryOutcome,
} from "@payhub/channels";
import { BILL_KINDS, type BillKind, type BillLine, type FundFlowLine } from "@payhub/domain";

/** What a day's bill is: what reading it gives, or why there is none. */
type DayBill<Line> = readonly BillItem<Line>[] | Exclude<BillOutcome, { kind: "fetched" }> | { kind: "unreadable" };

/** A channel in this process whose bills and answers a test writes down. */
export interface TestBank {
  plugin: ChannelPlugin;
  /** By day; a day that is not here is still being made. */
  trade: Map<string, DayBill<BillLine>>;
  /** A day that is not here has the fund flow that its trade bill gives. */
  fundFlow: Map<string, DayBill<FundFlowLine>>;
  /** Both kinds while it is not set. */
  billKinds?: readonly BillKind[] | undefined;
  /** By order number; an order that is not here is absent. */
  orders: Map<string, QueryOutcome>;
  /** By refund number. */
  refunds: Map<string, RefundQueryOutcome>;
  /** The numbers that were asked about, and the bills that were fetched. */
  asked: string[];
  /** How many lines each step of reading gives. */
  batch: number;
  /** Runs before each step of reading. */
  onBatch: () => Promise<void>;
}

const NEVER = { kind: "unsent", reason: "this bank takes no orders" } as const;

/** Makes the bank. */
export function createBank(): TestBank {
  const bank: Omit<TestBank, "plugin"> = {
    trade: new Map(),
    fundFlow: new Map(),
    orders: new Map(),
    refunds: new Map(),
    asked: [],
    batch: 1_000,
    onBatch: async () => {},
  };
  const connection: ChannelConnection = {
    payee: { shop: "1" },
    get billKinds() {
      return made.billKinds ?? BILL_KINDS;
    },
    create: async () => NEVER,
    close: async () => NEVER,
    cancel: async () => NEVER,
    refund: async () => NEVER,
    readNotification: async () => ({ kind: "rejected", reason: "malformed" }),
    query: async ({ attemptNo }) => {
      made.asked.push(attemptNo);
      return made.orders.get(attemptNo) ?? { kind: "absent" };
    },
    queryRefund: async ({ refundNo }) => {
      made.asked.push(refundNo);
      return made.refunds.get(refundNo) ?? { kind: "absent" };
    },
    fetchBill: (request) => fetchBill(made, request),
    readTradeBill: (path) => read<BillLine>(made, path),
    readFundFlowBill: (path) => read<FundFlowLine>(made, path),
  };
  const made: TestBank = {
    ...bank,
    plugin: {
      name: "testbank",
      title: "Test Bank",
      scenes: {},
      refunds: { windowMs: 1, maxPerOrder: 50, minGapMs: 0 },
      bills: { fromHour: 10, daysBack: 60 },
      answers: { accepted: { status: 200, headers: {}, body: "" }, rejected: { status: 400, headers: {}, body: "" } },
      readCredentials: (input) => input,
      connect: () => connection,
    },
  };
  return made;
}

async function fetchBill(bank: TestBank, { billKind, businessDay, path }: BillRequest): Promise<BillOutcome> {
  bank.asked.push(`${billKind} ${businessDay}`);
  const bill = billOf(bank, billKind, businessDay);
  if ("kind" in bill) {
    if (bill.kind === "refused") await writeFile(path, `refused ${businessDay}`, { flag: "wx" });
    if (bill.kind !== "unreadable") return bill;
  }
  await writeFile(path, JSON.stringify(bill), { flag: "wx" });
  return { kind: "fetched" };
}

function billOf(bank: TestBank, billKind: BillKind, day: string) {
  const trade = bank.trade.get(day) ?? { kind: "not_ready" as const };
  if (billKind === "trade") return trade;
  return (
    bank.fundFlow.get(day) ??
    ("kind" in trade ? { kind: trade.kind === "none" ? ("none" as const) : ("not_ready" as const) } : flowOf(trade))
  );
}

function flowOf(items: readonly BillItem<BillLine>[]): BillItem<FundFlowLine>[] {
  let lineNo = 0;
  return items.flatMap((item) => {
    if (item.kind !== "line") return [];
    const { amount, fee, kind, status, occurredAt, outTradeNo: outNo } = item.line;
    const isIn = kind === "payment";
    const flow = (own: Pick<FundFlowLine, "kind" | "direction" | "amount">) => ({
      kind: "line" as const,
      line: { lineNo: ++lineNo, occurredAt, outNo, ...own },
    });
    const fees = fee === 0 ? [] : [feeOf(fee)];
    const moved = { kind: isIn ? "payment" : "refund", direction: isIn ? "in" : "out", amount } as const;
    return [...(status === "failed" ? [] : [flow(moved)]), ...fees.map(flow)];
  });
}

function feeOf(fee: number): Pick<FundFlowLine, "kind" | "direction" | "amount"> {
  return fee > 0
    ? { kind: "fee", direction: "out", amount: fee }
    : { kind: "fee_return", direction: "in", amount: -fee };
}

async function* read<Line>(bank: TestBank, path: string): AsyncGenerator<readonly BillItem<Line>[]> {
  const items = JSON.parse(await readFile(path, "utf8"));
  if (!Array.isArray(items)) throw new BillUnreadable("the bill is another shop's");
  for (let from = 0; from < items.length; from += bank.batch) {
    await bank.onBatch();
    yield items.slice(from, from + bank.batch);
  }
}
