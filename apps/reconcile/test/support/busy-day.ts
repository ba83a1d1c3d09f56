import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { addDays, type BillLine, boundsOfDay, businessDay, issueNumber } from "@payhub/domain";
import { createPayment, createRefund, syncAttempt } from "@payhub/services";
import type { BillSpoil } from "@payhub/simulator";
import { insertAttempts, insertPayments } from "@payhub/store";
import { attemptRow, type ManualClock, paymentRow } from "@payhub/testkit";
import { vi } from "vitest";
import { type Channel, type Fleet, orderAt } from "./fleet.ts";

/** The certificates of a test are valid from now on: the day that is reconciled is one to come. */
export const DAY: string = addDays(businessDay(Date.now()), 2);

const BULK = 5_000;
const ROWS = 500;
const HOUR_MS = 60 * 60_000;

/** How many of what a {@link makeBusyDay} has, beside trades that just agree. */
export const BUSY = {
  unheard: 10,
  late: 5,
  unknown: 3,
  unheardRefunds: 5,
  refundsPastPayhub: 3,
  nearMidnight: 2,
  foreign: 3,
  dropped: 8,
  changed: 5,
  writtenTwice: 5,
  torn: 3,
} as const;

/** Hours of {@link DAY} as epoch ms; 34.5 is half past ten of the next day. */
export function hourOfDay(hour: number): number {
  return boundsOfDay(DAY).fromMs + hour * HOUR_MS;
}

/** Fills {@link DAY} of the fleet's WeChat Pay account with trades and with what can be wrong with them; leaves the clock at 11 of the next day. */
export async function makeBusyDay(fleet: Fleet, clock: ManualClock): Promise<void> {
  const { simulator, ctx } = fleet;
  simulator.faults.callback({ channel: "wechatpay", times: Number.POSITIVE_INFINITY, fault: "lost" });
  clock.set(hourOfDay(10));
  await takeMoney(fleet);
  await giveBack(fleet);
  clock.set(hourOfDay(23.95));
  const nearMidnight = await payMany(fleet, { count: BUSY.nearMidnight, isHeard: true });

  const bulk = Array.from({ length: BULK }, () => issueNumber("attempt", ctx));
  spoil(
    fleet,
    ["trade", "fund_flow"],
    bulk.map((outTradeNo, index) => ({ kind: "add", outTradeNo, amount: 100 + index })),
  );
  clock.set(hourOfDay(35));
  await enterBulk(fleet, { bulk: new Set(bulk), lines: await readBill(fleet) });
  spoil(fleet, ["trade"], faultsOf(bulk, nearMidnight));
}

/** Takes orders that are paid, and gives their numbers; unless `isHeard` the books do not learn of the money, if no callback comes. */
export async function payMany(
  fleet: Fleet,
  { channel = "wechatpay", count, isHeard }: { channel?: Channel; count: number; isHeard: boolean },
): Promise<string[]> {
  const { ctx, caller, simulator } = fleet;
  const attemptNos: string[] = [];
  for (let paid = 0; paid < count; paid++) {
    const order = orderAt(fleet, channel);
    const key = { idempotencyKey: order.orderNo, expiresIn: 900 };
    const { attempt } = await createPayment(ctx, caller, { ...order, ...key });
    if (attempt.action?.type !== "show_qr") throw new Error("there is no code");
    simulator.payer.pay(attempt.action.codeUrl);
    if (isHeard) await syncAttempt(ctx, attempt.attemptNo);
    attemptNos.push(attempt.attemptNo);
  }
  return attemptNos;
}

async function takeMoney(fleet: Fleet): Promise<void> {
  const { db } = fleet.ctx.store;
  await payMany(fleet, { count: BUSY.unheard, isHeard: false });
  const late = await payMany(fleet, { count: BUSY.late, isHeard: false });
  const closed = { state: "closed", nextQueryAt: null } as const;
  await db.updateTable("attempt").set(closed).where("attemptNo", "in", late).execute();
  const payments = db.selectFrom("attempt").select("paymentNo").where("attemptNo", "in", late);
  await db.updateTable("payment").set({ status: "closed" }).where("paymentNo", "in", payments).execute();
  const unknown = await payMany(fleet, { count: BUSY.unknown, isHeard: false });
  await db.deleteFrom("attempt").where("attemptNo", "in", unknown).execute();
}

async function giveBack(fleet: Fleet): Promise<void> {
  const { ctx, caller, accounts, simulator } = fleet;
  const { connection } = await ctx.connections.of(accounts.wechatpay);
  const money = { amount: 300, reason: "退货" };
  for (const attemptNo of await payMany(fleet, { count: BUSY.unheardRefunds, isHeard: true })) {
    await createRefund(ctx, caller, { ...money, attemptNo, idempotencyKey: attemptNo, refundOrderNo: attemptNo });
  }
  for (const attemptNo of await payMany(fleet, { count: BUSY.refundsPastPayhub, isHeard: true })) {
    const trade = simulator.ledger().find(({ outTradeNo }) => outTradeNo === attemptNo);
    if (!trade?.channelTradeNo) throw new Error(`${attemptNo} was not paid`);
    const notifyUrl = "https://pay.example.com/portal";
    const { channelTradeNo, amount: total } = trade;
    await connection.refund({ ...money, attemptNo, channelTradeNo, refundNo: `PORTAL-${attemptNo}`, total, notifyUrl });
  }
  const refunds = () => simulator.ledger().flatMap((trade) => trade.refunds);
  const count = BUSY.unheardRefunds + BUSY.refundsPastPayhub;
  await vi.waitUntil(() => refunds().filter(({ state }) => state === "succeeded").length === count, {
    timeout: 15_000,
  });
}

function spoil(
  { simulator }: Fleet,
  billKinds: readonly ("trade" | "fund_flow")[],
  spoils: readonly BillSpoil[],
): void {
  for (const billKind of billKinds) {
    for (const one of spoils) {
      simulator.bills.spoil({ channel: "wechatpay", businessDay: DAY, billKind, spoil: one });
    }
  }
}

function faultsOf(bulk: readonly string[], nearMidnight: readonly string[]): BillSpoil[] {
  const left = [...bulk];
  const take = (count: number) => left.splice(0, count);
  return [
    ...[...nearMidnight, ...take(BUSY.dropped)].map((outTradeNo) => ({ kind: "drop", match: { outTradeNo } }) as const),
    ...take(BUSY.changed).map((outTradeNo) => ({ kind: "amount", match: { outTradeNo }, amount: 7 }) as const),
    ...take(BUSY.writtenTwice).map((outTradeNo) => ({ kind: "duplicate", match: { outTradeNo } }) as const),
    ...take(BUSY.torn).map((outTradeNo) => ({ kind: "malformed", match: { outTradeNo } }) as const),
    ...Array.from({ length: BUSY.foreign }, (_, index) => {
      return { kind: "add", outTradeNo: `SHOP-${index}`, amount: 4_200 } as const;
    }),
  ];
}

/** The day's trade bill as the channel has it. */
async function readBill({ ctx, accounts }: Fleet): Promise<BillLine[]> {
  const { connection } = await ctx.connections.of(accounts.wechatpay);
  const directory = await mkdtemp(join(tmpdir(), "payhub-bill-"));
  const path = join(directory, "bill");
  try {
    const { kind } = await connection.fetchBill({ billKind: "trade", businessDay: DAY, path });
    if (kind !== "fetched") throw new Error(`the bill is ${kind}`);
    const lines: BillLine[] = [];
    for await (const items of connection.readTradeBill(path)) {
      for (const item of items) if (item.kind === "line") lines.push(item.line);
    }
    return lines;
  } finally {
    await rm(directory, { recursive: true });
  }
}

/** Writes the bulk into the books as the bill has it. */
async function enterBulk(
  { ctx, caller, accounts }: Fleet,
  { bulk, lines }: { bulk: ReadonlySet<string>; lines: readonly BillLine[] },
): Promise<void> {
  const own = lines.filter(({ outTradeNo }) => bulk.has(outTradeNo));
  const { merchantNo } = (await ctx.connections.of(accounts.wechatpay)).account;
  const settled = ({ outTradeNo, amount, occurredAt }: BillLine) => ({
    paymentNo: `P${outTradeNo.slice(1)}`,
    appId: caller.appId,
    chargedAmount: amount,
    paidAt: occurredAt,
    createdAt: occurredAt - 60_000,
  });
  for (let from = 0; from < own.length; from += ROWS) {
    const some = own.slice(from, from + ROWS);
    const payments = some.map((line) => {
      const { outTradeNo, amount } = line;
      const status = { status: "succeeded", settledBy: outTradeNo } as const;
      return paymentRow({ ...settled(line), ...status, merchantNo, orderNo: outTradeNo, amount });
    });
    const attempts = some.map((line) => {
      const { outTradeNo: attemptNo, channelTradeNo } = line;
      const state = { state: "succeeded", channelTradeNo, idempotencyKey: attemptNo } as const;
      return attemptRow({ ...settled(line), ...state, attemptNo, accountNo: accounts.wechatpay });
    });
    await insertPayments(ctx.store.db, payments);
    await insertAttempts(ctx.store.db, attempts);
  }
}
