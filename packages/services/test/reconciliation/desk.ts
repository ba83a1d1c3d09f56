import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  type Attempt,
  type BillLine,
  boundsOfDay,
  type ChannelAccount,
  type Difference,
  type HeldReceipt,
  issueNumber,
  type Receipt,
  type ReconciliationRun,
  type Refund,
} from "@payhub/domain";
import { findRun, insertAttempts, insertHeldReceipt, insertPayments, insertRefund, openBillStore } from "@payhub/store";
import { attemptRow, type Backend, manualClock, openPlatform, paymentRow, type TestPlatform } from "@payhub/testkit";
import { openAccount } from "../../src/merchant/open-account.ts";
import type { ReconcileContext } from "../../src/reconciliation/context.ts";
import { reconcileDay } from "../../src/reconciliation/reconcile-day.ts";
import { createBank, type TestBank } from "./bank.ts";

/** The day that tests reconcile, and the moment when it is due. */
export const DAY = "2026-11-20";
const DUE_MS = boundsOfDay(DAY).toMs + 10.5 * 3_600_000;

/** Ten in the morning of a day. */
export function morningOf(day: string): number {
  return boundsOfDay(day).fromMs + 10 * 3_600_000;
}

/** A platform with an account at the test bank whose days can be reconciled. */
export interface Desk {
  platform: TestPlatform;
  ctx: ReconcileContext;
  bank: TestBank;
  account: ChannelAccount;
  /** Where the bills are. */
  folder: string;
  run(day?: string, requestedBy?: string): Promise<ReconciliationRun>;
  runOf(day: string): Promise<ReconciliationRun | undefined>;
  differences(day?: string): Promise<Difference[]>;
  /** Everything that reconciliation wrote about the account, without times. */
  everything(): Promise<unknown>;
  /** Writes an order into the books as paid (unless changed), and gives the line that a bill has of it. */
  order(changes?: Partial<Attempt>, own?: { amount?: number; paidAt?: number }): Promise<Order>;
  refund(order: Order, changes?: Partial<Refund>): Promise<{ refund: Refund; line: BillLine }>;
  hold(line: BillLine, changes?: Partial<HeldReceipt>): Promise<HeldReceipt>;
  close(): Promise<void>;
}

export interface Order {
  attempt: Attempt;
  line: BillLine;
  /** What the bank says of it when it is asked. */
  receipt: Receipt;
}

/** When a desk is opened, and with what account. */
export interface DeskOptions {
  feeRate?: number;
  nowMs?: number;
  openedMs?: number;
  /** A desk that is not needed any more: its platform is used on, with another account. */
  after?: Desk | undefined;
}

/** Opens the desk at the moment when {@link DAY} is due. */
export async function openDesk(
  backend: Backend,
  { feeRate, nowMs = DUE_MS, openedMs = morningOf(DAY), after }: DeskOptions = {},
): Promise<Desk> {
  const { platform, bank, ctx, folder } = after ? usedOn(after) : await openAll(backend, openedMs);
  const { clock } = platform;
  clock.set(openedMs);
  const { merchantNo } = platform.accounts.wechatpay;
  const account = await openAccount(platform.ctx, {
    merchantNo,
    channel: "testbank",
    name: "till",
    credentials: {},
    ...(feeRate !== undefined && { feeRate }),
  });
  clock.set(nowMs);
  const { db } = ctx.store;
  const { accountNo, channel } = account;
  let lineNo = 0;

  const differencesOf = (day: string) =>
    db
      .selectFrom("difference")
      .selectAll()
      .where("accountNo", "=", accountNo)
      .where("businessDay", "=", day)
      .orderBy("id")
      .execute();

  return {
    platform,
    ctx,
    bank,
    account,
    folder,
    async run(day = DAY, requestedBy = "payhub") {
      const run = await reconcileDay(ctx, { accountNo, businessDay: day, requestedBy }, { holder: "test" });
      if (run === "busy") throw new Error("another process is at it");
      return run;
    },
    runOf: (businessDay) => findRun(db, { accountNo, businessDay }),
    differences: (day = DAY) => differencesOf(day),
    async everything() {
      const tables = ["day_total", "fund_flow_total", "difference"] as const;
      const rows = await Promise.all(
        tables.map((table) =>
          db
            .selectFrom(table)
            .selectAll()
            .where("accountNo", "=", accountNo)
            .orderBy("businessDay")
            .orderBy("id")
            .execute(),
        ),
      );
      const actions = await db.selectFrom("difference_action").selectAll().orderBy("id").execute();
      return [...rows, actions].map((some) =>
        some.map((row) => ({ ...row, id: undefined, createdAt: undefined, updatedAt: undefined, endedAt: undefined })),
      );
    },
    async order(changes = {}, { amount, paidAt = morningOf(DAY) } = {}) {
      const attemptNo = changes.attemptNo ?? issueNumber("attempt", ctx);
      const paymentNo = issueNumber("payment", ctx);
      const channelTradeNo = `TB${attemptNo.slice(-12)}`;
      const isPaid = (changes.state ?? "succeeded") === "succeeded";
      const attempt = attemptRow({
        attemptNo,
        paymentNo,
        appId: platform.caller.appId,
        accountNo,
        channel,
        chargedAmount: 1000,
        idempotencyKey: attemptNo,
        state: "succeeded",
        channelTradeNo: isPaid ? channelTradeNo : null,
        paidAt: isPaid ? paidAt : null,
        createdAt: paidAt - 60_000,
        ...changes,
      });
      const { chargedAmount } = attempt;
      const payment = paymentRow({
        paymentNo,
        appId: platform.caller.appId,
        merchantNo,
        orderNo: paymentNo,
        amount: amount ?? chargedAmount,
        chargedAmount,
        oneCent: amount !== undefined && amount !== chargedAmount,
        status: isPaid ? "succeeded" : attempt.state === "closed" ? "closed" : "created",
        settledBy: isPaid ? attemptNo : null,
        paidAt: attempt.paidAt,
        createdAt: paidAt - 60_000,
      });
      await insertPayments(db, [payment]);
      await insertAttempts(db, [attempt]);
      const line: BillLine = {
        lineNo: ++lineNo,
        kind: "payment",
        outTradeNo: attemptNo,
        channelTradeNo,
        outRefundNo: null,
        channelRefundNo: null,
        amount: chargedAmount,
        fee: 0,
        status: "succeeded",
        occurredAt: paidAt,
      };
      const receipt = {
        outTradeNo: attemptNo,
        channelTradeNo,
        amount: chargedAmount,
        currency: "CNY",
        paidAt,
        payee: { shop: "1" },
      } as const;
      return { attempt, line, receipt };
    },
    async refund({ attempt, line: paid }, changes = {}) {
      const refundNo = issueNumber("refund", ctx);
      const status = changes.status ?? "succeeded";
      const sentAt = changes.sentAt ?? morningOf(DAY) + 3_600_000;
      const refund: Refund = {
        refundNo,
        purpose: "business",
        appId: attempt.appId,
        merchantNo,
        paymentNo: attempt.paymentNo,
        attemptNo: attempt.attemptNo,
        accountNo,
        channel,
        refundOrderNo: refundNo,
        amount: 300,
        chargedAmount: 300,
        reason: "退货",
        status,
        unknown: false,
        abnormal: false,
        channelRefundNo: null,
        notifyUrl: "https://pay.example.com/r",
        idempotencyKey: refundNo,
        requestDigest: {},
        calledUntil: sentAt,
        sentAt,
        queryCount: 0,
        nextQueryAt: status === "created" ? sentAt : null,
        failureCode: null,
        failureMessage: null,
        succeededAt: status === "succeeded" ? sentAt : null,
        createdAt: sentAt,
        updatedAt: sentAt,
        ...changes,
      };
      await insertRefund(db, refund);
      const { chargedAmount: amount } = refund;
      const line: BillLine = {
        ...paid,
        lineNo: ++lineNo,
        kind: "refund",
        outRefundNo: refundNo,
        channelRefundNo: `C${refundNo}`,
        amount,
        fee: 0,
        occurredAt: sentAt,
      };
      return { refund, line };
    },
    async hold(line, changes = {}) {
      const nowMs = clock.now();
      const held: HeldReceipt = {
        heldReceiptNo: issueNumber("heldReceipt", ctx),
        channel,
        accountNo,
        outTradeNo: line.outTradeNo,
        channelTradeNo: line.channelTradeNo,
        amount: line.amount,
        reason: "late",
        status: "held",
        refundNo: null,
        appId: null,
        paymentNo: null,
        paidAt: line.occurredAt,
        createdAt: nowMs,
        updatedAt: nowMs,
        ...changes,
      };
      await insertHeldReceipt(db, held);
      return held;
    },
    async close() {
      await ctx.bills.close();
      await platform.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

async function openAll(backend: Backend, nowMs: number): Promise<Pick<Desk, "platform" | "bank" | "ctx" | "folder">> {
  const clock = manualClock(nowMs);
  const bank = createBank();
  const platform = await openPlatform(backend, { clock, plugins: [bank.plugin] });
  const folder = await mkdtemp(join(tmpdir(), "payhub-bills-"));
  const bills = await openBillStore({ url: `file:${folder}`, clock });
  return { platform, bank, ctx: { ...platform.ctx, bills }, folder };
}

function usedOn({ platform, bank, ctx, folder }: Desk): Pick<Desk, "platform" | "bank" | "ctx" | "folder"> {
  for (const answers of [bank.trade, bank.fundFlow, bank.orders, bank.refunds]) answers.clear();
  bank.asked.length = 0;
  bank.onBatch = async () => {};
  platform.alerts.length = 0;
  return { platform, bank, ctx, folder };
}

/** The item of a line in a bill. */
export function itemOf(line: BillLine, changes: Partial<BillLine> = {}) {
  return { kind: "line" as const, line: { ...line, ...changes } };
}
