import { createSecretKey, type KeyObject } from "node:crypto";
import type { App } from "@payhub/domain";
import { findApp, findLiveAppSecrets } from "@payhub/store";
import { appSecretOwner } from "../account/credentials.ts";
import type { ServiceContext } from "../context.ts";

/** An app with the secrets that may sign for it. */
export interface Signer {
  app: App;
  secrets: readonly KeyObject[];
}

/** What is needed to find a signer. */
export type SignerContext = Pick<ServiceContext, "store" | "keyring" | "clock">;

// How stale this process's view may be: a rotation or a disabled app is seen everywhere within this time.
const FRESH_MS = 5_000;
const MAX_KEPT = 1_000;

interface Entry {
  loadedAt: number;
  signer: Promise<Signer | null>;
}

const entriesOf = new WeakMap<SignerContext, Map<string, Entry>>();

/** The app and its live secrets, at most 5 s old; null when there is no such app. */
export async function findSigner(ctx: SignerContext, appId: string): Promise<Signer | null> {
  let entries = entriesOf.get(ctx);
  if (!entries) {
    entries = new Map();
    entriesOf.set(ctx, entries);
  }
  const nowMs = ctx.clock.now();
  const known = entries.get(appId);
  if (known && nowMs - known.loadedAt < FRESH_MS) return known.signer;
  const entry = { loadedAt: nowMs, signer: loadSigner(ctx, appId) };
  entries.delete(appId);
  entries.set(appId, entry);
  for (const oldest of entries.keys()) {
    if (entries.size <= MAX_KEPT) break;
    entries.delete(oldest);
  }
  // Neither a failure nor an app that does not exist yet is remembered.
  const forget = () => entries.get(appId) === entry && entries.delete(appId);
  entry.signer.then((signer) => signer ?? forget(), forget);
  return entry.signer;
}

async function loadSigner({ store, keyring }: SignerContext, appId: string): Promise<Signer | null> {
  const app = await findApp(store.db, appId);
  if (!app) return null;
  const sealed = await findLiveAppSecrets(store.db, appId);
  const secrets = sealed.map((secret) =>
    createSecretKey(Buffer.from(keyring.open(appSecretOwner(appId), "secret", secret.sealed), "utf8")),
  );
  return { app, secrets };
}
