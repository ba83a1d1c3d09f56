import { alipay, createRegistry, wechatpay } from "@payhub/channels";
import type { Clock, Randomness } from "@payhub/domain";
import {
  type Alert,
  createAccountConnections,
  createEventPublisher,
  DEFAULT_SETTINGS,
  type FaultPoint,
  noFault,
  type ServiceContext,
} from "@payhub/services";
import { createKeyring, openCoordination, openStore } from "@payhub/store";
import type { Logger } from "./log.ts";
import type { MasterKey } from "./master-keys.ts";
import { systemClock, systemRandom } from "./system.ts";

/** What a process of payhub is made of. */
export interface ContextOptions {
  /** `mysql://…` or `sqlite:/path/file.db`. */
  databaseUrl: string;
  /** Without it coordination lives in this process, which then must be the only one. */
  redisUrl?: string | undefined;
  /** Begins every Redis key, default `payhub:`. */
  redisPrefix?: string;
  /** Open the secrets in the database; the first one seals. */
  masterKeys: readonly [MasterKey, ...MasterKey[]];
  /** Where channels reach the callback gateway. */
  publicUrl: string;
  oneCent?: boolean;
  channelDeadlineMs?: number;
  /** Bring the tables up to date at the start; in production the command `migrate.ts` does that. */
  migrate?: boolean;
  fault?: FaultPoint;
  clock?: Clock;
  random?: Randomness;
}

/** Ten answers in a row that are none open a circuit; ten seconds later one call tries again. */
const CIRCUIT = { failures: 10, halfOpenAfterMs: 10_000 };

/** Opens the database, coordination and channels that services work with; `close` the store and coordination in the end. */
export async function openContext(options: ContextOptions, log: Logger): Promise<ServiceContext> {
  const { clock = systemClock, random = systemRandom } = options;
  const keyring = createKeyring({ keys: options.masterKeys });
  const channels = createRegistry([wechatpay, alipay]);
  const store = await openStore({ url: options.databaseUrl, random });
  try {
    if (options.migrate) await store.migrate();
  } catch (error) {
    await store.close();
    throw error;
  }
  const coordination = await openCoordination({
    url: options.redisUrl ?? "memory:",
    ...(options.redisPrefix !== undefined && { prefix: options.redisPrefix }),
    onOutage: (err) => log.warn({ err }, "Redis does not answer; payhub goes on without it"),
  });
  const alert: Alert = (kind, facts) => log.warn({ ...facts, alert: kind }, "alert");
  const deadlineMs = options.channelDeadlineMs ?? DEFAULT_SETTINGS.channelDeadlineMs;
  return {
    store,
    coordination,
    channels,
    connections: createAccountConnections({
      store,
      channels,
      keyring,
      clock,
      random,
      deadlineMs,
      circuit: CIRCUIT,
      alert,
    }),
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
    alert,
    fault: options.fault ?? noFault,
    settings: {
      ...DEFAULT_SETTINGS,
      oneCent: options.oneCent ?? false,
      publicUrl: options.publicUrl,
      channelDeadlineMs: deadlineMs,
    },
  };
}
