import { alipay, createRegistry, wechatpay } from "@payhub/channels";
import type { EventPorts, PaymentPorts } from "@payhub/contract";
import type { Clock, Randomness } from "@payhub/domain";
import {
  ackEvents,
  authenticateApp,
  closePayment,
  createAccountConnections,
  createEventPublisher,
  createPayment,
  DEFAULT_SETTINGS,
  type FaultPoint,
  getPayment,
  listEvents,
  listPayments,
  noFault,
  pullEvents,
  receiveNotification,
  type ServiceContext,
  watchPayment,
} from "@payhub/services";
import { createKeyring, openCoordination, openStore } from "@payhub/store";
import { createBackground } from "./background.ts";
import type { MasterKey } from "./env-master-keys.ts";
import type { HttpParts } from "./http.ts";
import type { Logger } from "./log.ts";
import { createReadiness } from "./readiness.ts";
import { systemClock, systemRandom } from "./system.ts";

/** What an api process is made of. */
export interface WireOptions {
  /** `mysql://…` or `sqlite:/path/file.db`. */
  databaseUrl: string;
  /** Without it coordination lives in this process, which then must be the only one. */
  redisUrl?: string | undefined;
  /** Begins every Redis key, default `payhub:`. */
  redisPrefix?: string;
  /** Open the secrets in the database; the first one seals. */
  masterKeys: readonly [MasterKey, ...MasterKey[]];
  /** Where channels reach this api. */
  publicUrl: string;
  oneCent?: boolean;
  channelDeadlineMs?: number;
  /** Bring the tables up to date at the start; in production the command `migrate.ts` does that. */
  migrate?: boolean;
  fault?: FaultPoint;
  clock?: Clock;
  random?: Randomness;
}

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
export async function wire(options: WireOptions, log: Logger): Promise<Wiring> {
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
      events: bindEvents(ctx, stopping.signal),
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

async function openContext(options: WireOptions, log: Logger): Promise<ServiceContext> {
  const { clock = systemClock, random = systemRandom } = options;
  const keyring = createKeyring({ keys: options.masterKeys, random });
  const channels = createRegistry([wechatpay, alipay]);
  const store = await openStore({ url: options.databaseUrl, random });
  if (options.migrate) await store.migrate();
  const coordination = await openCoordination({
    url: options.redisUrl ?? "memory:",
    ...(options.redisPrefix !== undefined && { prefix: options.redisPrefix }),
    onOutage: (err) => log.warn({ err }, "Redis does not answer; payhub goes on without it"),
  });
  const deadlineMs = options.channelDeadlineMs ?? DEFAULT_SETTINGS.channelDeadlineMs;
  return {
    store,
    coordination,
    channels,
    connections: createAccountConnections({ store, channels, keyring, clock, random, deadlineMs }),
    publisher: createEventPublisher({
      store,
      wakeUps: coordination.wakeUps,
      clock,
      onError: (err) => log.error({ err }, "events could not be published; they are published later"),
    }),
    keyring,
    clock,
    random,
    log,
    alert: (kind, facts) => log.warn({ ...facts, alert: kind }, "alert"),
    fault: options.fault ?? noFault,
    settings: {
      ...DEFAULT_SETTINGS,
      oneCent: options.oneCent ?? false,
      publicUrl: options.publicUrl,
      channelDeadlineMs: deadlineMs,
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

function bindEvents(ctx: ServiceContext, stopping: AbortSignal): EventPorts {
  return {
    pull: (caller, input, signal) => pullEvents(ctx, caller, input, AbortSignal.any([signal, stopping])),
    ack: (caller, input) => ackEvents(ctx, caller, input),
    list: (caller, input) => listEvents(ctx, caller, input),
  };
}
