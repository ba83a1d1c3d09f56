import type { KeyObject } from "node:crypto";
import type { Clock } from "@payhub/domain";

const MIN_REFRESH_GAP_MS = 60_000;
const MAX_AGE_MS = 11 * 60 * 60 * 1000;
const PUBLIC_KEY_ID = "PUB_KEY_ID_";

/** WeChat Pay's own keys that one account may believe, in both modes at once. */
export interface KeyRing {
  /** Whether answers to our calls can be verified; fetches the first platform certificates when they are needed. */
  ready(until: number): boolean | Promise<boolean>;
  /** The key of a certificate serial or public key id; an unknown serial costs at most one refresh a minute. */
  keyOf(serial: string, until: number): KeyObject | undefined | Promise<KeyObject | undefined>;
}

export interface KeyRingOptions {
  /** By key id, over all live versions of the credentials. */
  publicKeys: ReadonlyMap<string, KeyObject>;
  /** False when calls ask for answers signed by a public key that is on the ring. */
  needsCertificates: boolean;
  clock: Clock;
  /** The platform certificates' keys by serial, verified; `undefined` when they could not be had. Never rejects. */
  fetchCertificates(known: ReadonlyMap<string, KeyObject>): Promise<ReadonlyMap<string, KeyObject> | undefined>;
}

/** Makes a ring that refreshes itself on use, well within the 12 h of https://pay.weixin.qq.com/doc/v3/merchant/4012068829. */
export function createKeyRing({ publicKeys, needsCertificates, clock, fetchCertificates }: KeyRingOptions): KeyRing {
  let certificates: ReadonlyMap<string, KeyObject> = new Map();
  let refreshedAt = 0;
  let askedAt: number | undefined;
  let running: Promise<void> | undefined;

  async function fetchNow(): Promise<void> {
    const found = await fetchCertificates(new Map([...certificates, ...publicKeys]));
    running = undefined;
    if (!found) return;
    certificates = found;
    refreshedAt = clock.now();
  }

  /** Forged serials must not make us hammer the channel, and a crowd of callers shares one fetch. */
  function refresh(): Promise<void> {
    if (running) return running;
    if (askedAt !== undefined && Math.abs(clock.now() - askedAt) < MIN_REFRESH_GAP_MS) return Promise.resolve();
    askedAt = clock.now();
    running = fetchNow();
    return running;
  }

  return {
    ready(until) {
      if (!needsCertificates || certificates.size > 0) return true;
      return within(refresh(), until).then(() => certificates.size > 0);
    },
    keyOf(serial, until) {
      const publicKey = publicKeys.get(serial);
      if (publicKey || serial.startsWith(PUBLIC_KEY_ID)) return publicKey;
      const known = certificates.get(serial);
      if (!known) return within(refresh(), until).then(() => certificates.get(serial));
      if (Math.abs(clock.now() - refreshedAt) > MAX_AGE_MS) void refresh();
      return known;
    },
  };
}

/** Waits for work, but not past a moment of `performance.now()`. */
async function within(work: Promise<void>, until: number): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const deadline = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, Math.max(until - performance.now(), 0));
  });
  await Promise.race([work, deadline]);
  clearTimeout(timer);
}
