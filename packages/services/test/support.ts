import { PayhubError, type PayhubErrorCode } from "@payhub/domain";
import { findLiveCredentials, openCoordination } from "@payhub/store";
import type { Backend, TestPlatform } from "@payhub/testkit";
import { Redis } from "ioredis";
import { credentialOwner } from "../src/account/credentials.ts";
import type { ServiceContext } from "../src/context.ts";
import type { FaultPointName } from "../src/fault.ts";
import { grantAccount } from "../src/merchant/create-app.ts";
import { openAccount } from "../src/merchant/open-account.ts";
import type { PaymentWithAttempt } from "../src/payment/get.ts";
import type { OrderFields, PaymentOrder } from "../src/payment/open.ts";

/** The refusal that a call ends with; throws when it ends otherwise. */
export async function refusalOf(call: Promise<unknown>): Promise<PayhubError> {
  const outcome = await call.then(
    () => "an answer",
    (error: unknown) => error,
  );
  if (outcome instanceof PayhubError) return outcome;
  throw new Error(`expected a refusal, got ${String(outcome)}`, { cause: outcome });
}

/** The code of the refusal that a call ends with. */
export async function codeOf(call: Promise<unknown>): Promise<PayhubErrorCode> {
  return (await refusalOf(call)).code;
}

/** The QR code that the payer is shown. */
export function qrOf({ attempt }: PaymentWithAttempt): string {
  if (attempt.action?.type !== "show_qr") throw new Error(`attempt ${attempt.attemptNo} shows no code`);
  return attempt.action.codeUrl;
}

/** The channel's calls about some attempts, in order. */
export function callsAbout(platform: TestPlatform, ...attemptNos: string[]): string[] {
  return platform.simulator
    .calls()
    .filter(({ outTradeNo }) => outTradeNo !== undefined && attemptNos.includes(outTradeNo))
    .map(({ operation }) => operation);
}

/** What makes two answers the same payment for a business. */
export function answerOf({ payment, attempt }: PaymentWithAttempt) {
  const { paymentNo, orderNo, status, amount, chargedAmount, expiresAt } = payment;
  const { attemptNo, ordinal, accountNo, state, action, channelTradeNo } = attempt;
  return {
    payment: { paymentNo, orderNo, status, amount, chargedAmount, expiresAt },
    attempt: { attemptNo, ordinal, accountNo, state, action, channelTradeNo },
  };
}

/** The death of a process at a fault point: what follows is never done. */
export class Crash extends Error {}

/** A process that dies at each visit of a fault point. */
export function dyingAt(platform: TestPlatform, point: FaultPointName, changes: Partial<ServiceContext> = {}) {
  return platform.another({
    ...changes,
    fault: (name) => {
      if (name === point) throw new Crash(name);
    },
  });
}

/** Another process: connections of its own to the same database and coordination. */
export async function anotherProcess(backend: Backend, platform: TestPlatform): Promise<ServiceContext> {
  return platform.another({ store: await backend.openStore(), coordination: await backend.openCoordination() });
}

/** Forgets what coordination remembers, as `FLUSHALL` or a restart of a single process does; returns the coordination after it. */
export async function flushCoordination(backend: Backend): Promise<ServiceContext["coordination"]> {
  if (backend.coordinationUrl === "memory:") return openCoordination({ url: "memory:" });
  const redis = new Redis(backend.coordinationUrl);
  const keys = await redis.keys(`${backend.coordinationPrefix}*`);
  if (keys.length > 0) await redis.del(...keys);
  redis.disconnect();
  return backend.coordination;
}

/** An order of the same number and content under a key of its own. */
export function underAnotherKey(order: PaymentOrder, changes: Partial<OrderFields> = {}): PaymentOrder {
  return {
    ...order,
    idempotencyKey: `${order.idempotencyKey.slice(0, 40)}-${Math.random().toString(36).slice(2)}`,
    ...changes,
  };
}

/** Opens another account of the platform's merchant from the credentials of one it has, changed, and grants it to the app. */
export async function openSimilarAccount(
  { ctx, accounts, caller }: TestPlatform,
  channel: keyof TestPlatform["accounts"],
  changes: Record<string, string>,
): Promise<{ accountNo: string; original: Record<string, string> }> {
  const { accountNo, merchantNo } = accounts[channel];
  const [secret] = await findLiveCredentials(ctx.store.db, accountNo);
  if (!secret) throw new Error(`account ${accountNo} has no credentials`);
  const original = JSON.parse(ctx.keyring.open(credentialOwner(accountNo), "credentials", secret.sealed));
  const opened = await openAccount(ctx, {
    merchantNo,
    channel,
    name: "similar",
    credentials: { ...original, ...changes },
  });
  await grantAccount(ctx, { appId: caller.appId, accountNo: opened.accountNo });
  return { accountNo: opened.accountNo, original };
}
