import type { EventPorts, PaymentPorts, RefundPorts } from "@payhub/contract";
import { type ContextOptions, type Logger, openContext } from "@payhub/runtime";
import {
  ackEvents,
  authenticateApp,
  closePayment,
  createPayment,
  createRefund,
  getPayment,
  getRefund,
  listEvents,
  listPayments,
  listRefunds,
  pullEvents,
  receiveNotification,
  type ServiceContext,
  watchPayment,
} from "@payhub/services";
import { createBackground } from "./background.ts";
import type { HttpParts } from "./http.ts";
import { createReadiness } from "./readiness.ts";
import { bindReconciliation } from "./wire-reconciliation.ts";

/** The parts that answer requests, with what they keep open. */
export interface Wiring {
  parts: HttpParts;
  /** Ends long polls, subscriptions and readiness. */
  stop(): void;
  /** Waits for the work that goes on after its request was answered. */
  idle(): Promise<void>;
  close(): Promise<void>;
}

/** Opens everything that the api stands on and binds the services to it. */
export async function wire(options: ContextOptions, log: Logger): Promise<Wiring> {
  const stopping = new AbortController();
  const background = createBackground(log);
  const ctx = await openContext(options, log);
  const readiness = createReadiness(ctx, { log, signal: stopping.signal });
  return {
    parts: {
      log,
      random: ctx.random,
      channels: ctx.channels,
      background,
      authenticate: (signed) => authenticateApp(ctx, signed),
      payments: bindPayments(ctx, stopping.signal),
      refunds: bindRefunds(ctx),
      events: bindEvents(ctx, stopping.signal),
      reconciliation: bindReconciliation(ctx),
      receive: (callback) => receiveNotification(ctx, callback),
      readiness,
    },
    stop: () => stopping.abort(),
    async idle() {
      await background.idle();
      await ctx.publisher.settled();
    },
    async close() {
      await ctx.coordination.close();
      await ctx.store.close();
    },
  };
}

function bindPayments(ctx: ServiceContext, stopping: AbortSignal): PaymentPorts {
  return {
    create: (caller, input) => createPayment(ctx, caller, input),
    get: (caller, ref) => getPayment(ctx, caller, ref),
    close: (caller, input) => closePayment(ctx, caller, input),
    list: (caller, input) => listPayments(ctx, caller, input),
    watch: (caller, input, signal) => watchPayment(ctx, caller, input, AbortSignal.any([signal, stopping])),
  };
}

function bindRefunds(ctx: ServiceContext): RefundPorts {
  return {
    create: (caller, input) => createRefund(ctx, caller, input),
    get: (caller, ref) => getRefund(ctx, caller, ref),
    list: (caller, input) => listRefunds(ctx, caller, input),
  };
}

function bindEvents(ctx: ServiceContext, stopping: AbortSignal): EventPorts {
  return {
    pull: (caller, input, signal) => pullEvents(ctx, caller, input, AbortSignal.any([signal, stopping])),
    ack: (caller, input) => ackEvents(ctx, caller, input),
    list: (caller, input) => listEvents(ctx, caller, input),
  };
}
