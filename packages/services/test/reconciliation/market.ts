import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { addDays, boundsOfDay, businessDay, type SceneInput } from "@payhub/domain";
import { findAttempt, findRefund, openBillStore } from "@payhub/store";
import { type Backend, manualClock, openPlatform, type TestPlatform } from "@payhub/testkit";
import { vi } from "vitest";
import { createPayment } from "../../src/payment/create.ts";
import type { PaymentWithAttempt } from "../../src/payment/get.ts";
import type { ReconcileContext } from "../../src/reconciliation/context.ts";
import { createRefund } from "../../src/refund/create.ts";
import type { RefundOrder } from "../../src/refund/reserve.ts";
import { hearOfRefund } from "../../src/refund/sync.ts";
import { atChannel, CHANNELS, type ChannelName } from "../refunds.ts";

/** A payment as a story needs it; amounts in fen. */
export interface Trade {
  channel: ChannelName;
  attemptNo: string;
  paymentNo: string;
  charged: number;
  /** What went back of it for good, in that order. */
  refunds: { refundNo: string; amount: number }[];
}

/** Both channels with real bills, trades of any moment, and runs of any day; the channels' clock is two seconds ahead of ours. */
export interface Market {
  platform: TestPlatform;
  ctx: ReconcileContext;
  /** The first day of business. */
  firstDay: string;
  at(day: string, time: string): void;
  /** A payment that its payer has paid; the books know of it unless `isHeard` is false. */
  pay(options: PayOptions): Promise<Trade>;
  /** Places an order without paying it. */
  place(options: PayOptions): Promise<PaymentWithAttempt & { code: string }>;
  refund(trade: Trade, options: RefundOptions): Promise<{ refundNo: string; amount: number }>;
  /** No callback of this order arrives any more. */
  silence(attemptNo: string): void;
  /** Waits until the books have an attempt as paid. */
  heardOf(attemptNo: string): Promise<void>;
  close(): Promise<void>;
}

interface PayOptions {
  channel: ChannelName;
  amount: number;
  scene?: "qr" | "h5" | "barcode";
  isHeard?: boolean;
  isOneCent?: boolean;
}

interface RefundOptions {
  amount: number;
  /** `succeeded` unless told otherwise. */
  end?: "succeeded" | "closed" | "abnormal";
  /** Whether the books learn of its end. */
  isHeard?: boolean;
}

/** What both channels keep of a payment, per 10,000, as agreed. */
const FEE_RATE = 60;

/** What a channel keeps of an amount, in fen, half a fen rounded up. */
export function feeOf(amount: number): number {
  return Math.floor((amount * FEE_RATE + 5_000) / 10_000);
}

/** How far the channels' clock is ahead. */
const AHEAD_MS = 2_000;
const WAIT = { timeout: 15_000, interval: 10 } as const;

/** Opens the market tomorrow morning: certificates of the test are valid from now on. */
export async function openMarket(backend: Backend): Promise<Market> {
  const firstDay = addDays(businessDay(Date.now()), 1);
  const clock = manualClock(boundsOfDay(firstDay).fromMs);
  const platform = await openPlatform(backend, {
    clock,
    feeRate: FEE_RATE,
    initiationGapMs: 0,
    simulator: { speed: 10_000 },
  });
  const { simulator, caller, accounts } = platform;
  simulator.clock.advance(AHEAD_MS);
  const folder = await mkdtemp(join(tmpdir(), "payhub-bills-"));
  const bills = await openBillStore({ url: `file:${folder}`, clock });
  const ctx: ReconcileContext = { ...platform.ctx, bills };
  const oneCent: ReconcileContext = { ...ctx, settings: { ...ctx.settings, oneCent: true } };
  const silent = new Set<string>();
  for (const channel of CHANNELS) {
    const match = (outTradeNo: string) => silent.has(outTradeNo);
    simulator.faults.callback({ channel, match, times: Number.POSITIVE_INFINITY, fault: "lost" });
  }

  function inputOf(channel: ChannelName, scene: PayOptions["scene"] = "qr"): SceneInput {
    if (scene === "h5") return { scene, clientIp: "203.0.113.7" };
    if (scene === "qr") return { scene };
    return { scene, authCode: simulator.payer.payerCode(channel), storeNo: "S001" };
  }

  async function heardOf(attemptNo: string): Promise<void> {
    const isPaid = async () => (await findAttempt(ctx.store.db, attemptNo))?.state === "succeeded";
    await vi.waitUntil(isPaid, WAIT);
  }

  async function place({ channel, amount, scene, isOneCent = false }: PayOptions) {
    const order = platform.order({ accountNo: accounts[channel].accountNo, amount }, inputOf(channel, scene));
    const placed = await createPayment(isOneCent ? oneCent : ctx, caller, order);
    return { ...placed, code: codeOf(placed, simulator) };
  }

  return {
    platform,
    ctx,
    firstDay,
    place,
    heardOf,
    at: (day, time) => clock.set(Date.parse(`${day}T${time}+08:00`)),
    silence: (attemptNo) => void silent.add(attemptNo),
    async pay(options) {
      const { payment, attempt, code } = await place(options);
      const { attemptNo, chargedAmount: charged } = attempt;
      const { isHeard = true } = options;
      if (!isHeard) silent.add(attemptNo);
      if (code !== "") simulator.payer.pay(code);
      if (isHeard) await heardOf(attemptNo);
      return { channel: options.channel, attemptNo, paymentNo: payment.paymentNo, charged, refunds: [] };
    },
    async refund(trade, { amount, end = "succeeded", isHeard = true }) {
      const { channel, attemptNo } = trade;
      const match = (outTradeNo: string) => outTradeNo === attemptNo;
      if (end !== "succeeded") simulator.faults.refund({ channel, match, outcome: { kind: end, afterMs: 0 } });
      if (!isHeard) {
        silent.add(attemptNo);
        simulator.faults.script({ channel, match, operation: "refund", fault: { kind: "drop", when: "after" } });
      }
      const { refund } = await createRefund(ctx, caller, refundOrder(trade, amount));
      const { refundNo, chargedAmount } = refund;
      await vi.waitUntil(() => atChannel(platform, refundNo)?.state === end, WAIT);
      // Alipay never tells how a refund ended that did not succeed.
      const ends = end === "succeeded" || (end === "closed" && channel === "wechatpay");
      if (isHeard && ends) await heardOfRefund(ctx, refundNo);
      if (end === "succeeded") trade.refunds.push({ refundNo, amount: chargedAmount });
      return { refundNo, amount: chargedAmount };
    },
    async close() {
      await bills.close();
      await platform.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

const SOON = { timeout: 500, interval: 10 } as const;

/** Waits until the books have a refund's end; a notification that overtook the answer to the refund is given once more. */
export async function heardOfRefund(ctx: ReconcileContext, refundNo: string): Promise<void> {
  const isEnded = async () => (await findRefund(ctx.store.db, { refundNo }))?.status !== "created";
  const isSoon = await vi.waitUntil(isEnded, SOON).catch(() => false);
  if (!isSoon) await hearOfRefund(ctx, refundNo);
  await vi.waitUntil(isEnded, WAIT);
}

function refundOrder({ paymentNo }: Trade, amount: number): RefundOrder {
  const number = crypto.randomUUID();
  return { idempotencyKey: number, refundOrderNo: number, paymentNo, amount, reason: "不想要了" };
}

/** What the payer goes by; nothing once it is paid. */
function codeOf({ attempt: { action } }: PaymentWithAttempt, { payer }: TestPlatform["simulator"]): string {
  if (action?.type === "show_qr") return action.codeUrl;
  if (action?.type !== "redirect") return "";
  payer.visit(action.url);
  return action.url;
}
