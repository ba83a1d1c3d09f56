import {
  type Attempt,
  CURRENCY,
  chargeFor,
  EXPIRY_LIMITS,
  EXPIRY_MARGIN_MS,
  issueNumber,
  type Payment,
  type SceneInput,
} from "@payhub/domain";
import {
  findAttempts,
  insertAttempts,
  insertPayments,
  isDuplicateKey,
  lockPayment,
  updateOpenPayment,
} from "@payhub/store";
import type { ConnectedAccount } from "../account/connections.ts";
import type { Caller, ServiceContext } from "../context.ts";
import { createGroup, type Group } from "../group.ts";
import type { RequestDigest } from "../idempotency/digest.ts";
import { claimMs } from "./claim.ts";
import type { PaymentWithAttempt } from "./get.ts";

/** What a business asks for. */
export type PaymentOrder = SceneInput & OrderFields;

/** What every order has, whatever its scene. */
export interface OrderFields {
  idempotencyKey: string;
  orderNo: string;
  accountNo: string;
  /** Fen. */
  amount: number;
  subject: string;
  /** Seconds; at a counter the channel's own bound holds. */
  expiresIn?: number | undefined;
}

/** An order with the account it is to be paid to and the digest of the call that brought it. */
export interface Initiation {
  caller: Caller;
  order: PaymentOrder;
  connected: ConnectedAccount;
  digest: RequestDigest;
}

/** Stores a new payment with its first attempt, both claimed for this process; nothing when the order or the key is known already. */
export async function openPayment(
  ctx: ServiceContext,
  initiation: Initiation,
): Promise<PaymentWithAttempt | undefined> {
  const { caller, order, connected } = initiation;
  const nowMs = ctx.clock.now();
  const payment: Payment = {
    paymentNo: issueNumber("payment", ctx),
    appId: caller.appId,
    merchantNo: connected.account.merchantNo,
    orderNo: order.orderNo,
    subject: order.subject,
    amount: order.amount,
    chargedAmount: chargeFor(order.amount, ctx.settings.oneCent),
    oneCent: ctx.settings.oneCent,
    currency: CURRENCY,
    status: "created",
    settledBy: null,
    closeRequestedAt: null,
    lastSequence: 0,
    refundedAmount: 0,
    initiatedAt: nowMs,
    expiresAt: nowMs + payableMs(initiation),
    paidAt: null,
    closedAt: null,
    createdAt: nowMs,
    updatedAt: nowMs,
  };
  return groupOf(ctx)({ payment, attempt: newAttempt(ctx, initiation, { payment, ordinal: 1, nowMs }) });
}

const GROUP = { atOnce: 2, limit: 32 };
const groups = new WeakMap<ServiceContext, Group<PaymentWithAttempt, PaymentWithAttempt | undefined>>();

/** Stores payments that are opened together in one transaction; one that is known already is told apart by itself. */
function groupOf(ctx: ServiceContext): Group<PaymentWithAttempt, PaymentWithAttempt | undefined> {
  let group = groups.get(ctx);
  if (!group) {
    group = createGroup(async (opened) => {
      const storing = ctx.store.transaction(async (tx) => {
        await insertPayments(
          tx,
          opened.map(({ payment }) => payment),
        );
        await insertAttempts(
          tx,
          opened.map(({ attempt }) => attempt),
        );
        return [...opened];
      });
      return opened.length > 1 ? storing : [(await inserted(storing))?.[0]];
    }, GROUP);
    groups.set(ctx, group);
  }
  return group;
}

/**
 * Adds an attempt to an open payment; nothing when another call was faster, so that the caller looks again. `seen` is how many
 * attempts the caller has dealt with.
 */
export async function openNextAttempt(
  ctx: ServiceContext,
  initiation: Initiation,
  { paymentNo, seen }: { paymentNo: string; seen: number },
): Promise<PaymentWithAttempt | undefined> {
  return inserted(
    ctx.store.transaction(async (tx) => {
      const payment = await lockPayment(tx, { paymentNo }, ctx.store.dialect);
      if (payment?.status !== "created" || payment.closeRequestedAt !== null) return undefined;
      if ((await findAttempts(tx, [paymentNo])).length !== seen) return undefined;
      const nowMs = ctx.clock.now();
      const attempt = newAttempt(ctx, initiation, { payment, ordinal: seen + 1, nowMs });
      await insertAttempts(tx, [attempt]);
      const set = { initiatedAt: nowMs, expiresAt: Math.max(payment.expiresAt, attempt.expiresAt), updatedAt: nowMs };
      await updateOpenPayment(tx, paymentNo, set);
      return { payment: { ...payment, ...set }, attempt };
    }),
  );
}

/** What a transaction stored, or nothing when it met a row that was there already. */
async function inserted<T>(storing: Promise<T>): Promise<T | undefined> {
  try {
    return await storing;
  } catch (error) {
    if (isDuplicateKey(error)) return undefined;
    throw error;
  }
}

function newAttempt(
  ctx: ServiceContext,
  initiation: Initiation,
  { payment, ordinal, nowMs }: { payment: Payment; ordinal: number; nowMs: number },
): Attempt {
  const { caller, order, connected, digest } = initiation;
  const { accountNo, channel } = connected.account;
  const calledUntil = nowMs + claimMs(ctx, "charge");
  return {
    attemptNo: issueNumber("attempt", ctx),
    paymentNo: payment.paymentNo,
    appId: caller.appId,
    ordinal,
    accountNo,
    channel,
    scene: order.scene,
    sceneInput: sceneInputOf(order),
    chargedAmount: payment.chargedAmount,
    state: "preparing",
    unknown: false,
    action: null,
    channelTradeNo: null,
    notifyUrl: `${ctx.settings.publicUrl}/callbacks/${channel}/${accountNo}`,
    idempotencyKey: order.idempotencyKey,
    requestDigest: digest,
    calledUntil,
    queryCount: 0,
    nextQueryAt: calledUntil + EXPIRY_MARGIN_MS,
    failureCode: null,
    failureMessage: null,
    expiresAt: nowMs + payableMs(initiation),
    paidAt: null,
    createdAt: nowMs,
    updatedAt: nowMs,
  };
}

/** How long the order can be paid: as asked, or, with the payer at a counter, as long as the channel's bound says. */
function payableMs({ order, connected }: Initiation): number {
  const atCounter = connected.plugin.scenes[order.scene]?.atCounter;
  return atCounter?.giveUpAfterMs ?? (order.expiresIn === undefined ? EXPIRY_LIMITS.defaultMs : order.expiresIn * 1000);
}

/** The part of an order that its scene needs. */
function sceneInputOf(order: PaymentOrder): SceneInput {
  switch (order.scene) {
    case "qr":
    case "app":
      return { scene: order.scene };
    case "barcode":
    case "face":
      return { scene: order.scene, authCode: order.authCode, storeNo: order.storeNo };
    case "jsapi":
    case "miniprogram":
      return { scene: order.scene, openid: order.openid };
    case "h5":
      return { scene: order.scene, clientIp: order.clientIp, returnUrl: order.returnUrl };
    case "pc":
      return { scene: order.scene, returnUrl: order.returnUrl, pageMethod: order.pageMethod };
  }
}
