import { createPrivateKey, createPublicKey, type KeyObject } from "node:crypto";
import { Agent } from "undici";
import type { ChannelRuntime } from "../channel.ts";
import { fetchCertificates } from "./certificates.ts";
import type { WechatpayCredentials } from "./credentials.ts";
import { allAppids } from "./identity.ts";
import { createKeyRing } from "./keys.ts";
import type { Line } from "./line.ts";

const MAX_CONNECTIONS = 128;

/** Opens a line; nothing is sent before the first call. */
export function openLine(
  versions: readonly [WechatpayCredentials, ...WechatpayCredentials[]],
  runtime: ChannelRuntime,
): Line {
  const [credentials] = versions;
  const publicKeys = new Map<string, KeyObject>();
  for (const { publicKeyId, publicKey } of versions) {
    if (publicKeyId !== undefined && publicKey !== undefined) publicKeys.set(publicKeyId, createPublicKey(publicKey));
  }
  const line: Line = {
    runtime,
    credentials,
    ownAppids: allAppids(versions),
    privateKey: createPrivateKey(credentials.merchantPrivateKey),
    apiV3Keys: versions.map(({ apiV3Key }) => Buffer.from(apiV3Key)),
    // The deadline of a call bounds its answer; undici's own timers would only blur what happened.
    agent: new Agent({
      connections: MAX_CONNECTIONS,
      allowH2: false,
      connect: { timeout: runtime.deadlineMs },
      headersTimeout: 0,
      bodyTimeout: 0,
    }),
    keys: createKeyRing({
      publicKeys,
      needsCertificates: credentials.publicKeyId === undefined,
      clock: runtime.clock,
      fetchCertificates: (known) => fetchCertificates(line, known),
    }),
  };
  return line;
}
