import { randomBytes } from "node:crypto";
import { createRegistry, wechatpay } from "@payhub/channels";
import {
  createAccountConnections,
  createEventPublisher,
  DEFAULT_SETTINGS,
  noFault,
  type ServiceContext,
} from "@payhub/services";
import { createKeyring, openCoordination, openStore } from "@payhub/store";

const clock = { now: () => Date.now() };
const random = { bytes: (size: number) => randomBytes(size), fraction: () => Math.random() };

/** Opens the books of our api, to prepare and to audit them. */
export async function openContext(options: {
  databaseUrl: string;
  masterKey: { id: string; key: string };
}): Promise<ServiceContext> {
  const { databaseUrl, masterKey } = options;
  const store = await openStore({ url: databaseUrl, random });
  await store.migrate();
  const coordination = await openCoordination({ url: "memory:" });
  const channels = createRegistry([wechatpay]);
  const keyring = createKeyring({ keys: [masterKey] });
  const deadlineMs = DEFAULT_SETTINGS.channelDeadlineMs;
  const fail = (error: unknown) => {
    throw error;
  };
  const quiet = () => {};
  return {
    store,
    coordination,
    channels,
    keyring,
    clock,
    random,
    connections: createAccountConnections({ store, channels, keyring, clock, random, deadlineMs, alert: quiet }),
    publisher: createEventPublisher({ store, wakeUps: coordination.wakeUps, clock, onError: fail }),
    log: { debug: quiet, info: quiet, warn: quiet, error: quiet },
    alert: quiet,
    fault: noFault,
    settings: { ...DEFAULT_SETTINGS, oneCent: false, publicUrl: "https://pay.example.com" },
  };
}
