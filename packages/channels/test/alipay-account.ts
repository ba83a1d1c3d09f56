import { createAlipayMerchant, type Simulator, startSimulator } from "@payhub/simulator";
import { alipay } from "../src/alipay/plugin.ts";
import type { ChannelConnection } from "../src/channel.ts";
import type { ChannelHarness } from "./contract/harness.ts";
import { simulatorHarness } from "./simulator-harness.ts";

/** How an account may be at Alipay. */
export const MODES = ["public key", "certificates", "service provider"] as const;
type Mode = (typeof MODES)[number];

const AUTHORIZATION = {
  token: "202611BB0123456789abcdef0123456789abcX01",
  authAppId: "2021000000000042",
  sellerId: "2088000000000042",
  name: "特约商户",
};

/** One account at a simulator of its own. */
export interface Account {
  simulator: Simulator;
  harness: ChannelHarness;
  connection: ChannelConnection;
}

/** Opens an account in one mode, with fresh keys, and connects to it. */
export async function openAccount(
  mode: Mode,
  { feeRate, ...options }: { refundGapMs?: number; feeRate?: number } = {},
): Promise<Account> {
  const made = await createAlipayMerchant({ certificates: mode === "certificates" });
  const merchant = { ...made.merchant, authorizations: [AUTHORIZATION], feeRate };
  const { appId, sellerId } = merchant;
  const fresh = await createAlipayMerchant({ appId, sellerId, certificates: mode === "certificates" });
  const simulator = await startSimulator({ alipay: { merchants: [merchant], ...options } });
  const endpoint = simulator.urls.alipay;
  const credentials = { ...storedIn(mode, made), endpoint };
  const successor = { ...storedIn(mode, fresh), endpoint };
  const secrets = [made, fresh].flatMap(({ credentials: { privateKey } }) => partsOf(privateKey));
  const random = { bytes: (size: number) => new Uint8Array(size), fraction: () => 0 };
  const runtime = { clock: { now: () => simulator.clock.now() }, random, deadlineMs: 2000 };
  return {
    simulator,
    harness: await simulatorHarness({ channel: "alipay", simulator, credentials, successor, secrets }),
    connection: alipay.connect([alipay.readCredentials(credentials)], runtime),
  };
}

/** A key's lines: no part of it may be told either. */
function partsOf(pem: string): string[] {
  return pem.split("\n").filter((line) => line !== "" && !line.startsWith("-"));
}

function storedIn(
  mode: Mode,
  { merchant: { certificates }, credentials }: Awaited<ReturnType<typeof createAlipayMerchant>>,
): Record<string, string> {
  const { alipayPublicKey, ...own } = credentials;
  switch (mode) {
    case "public key":
      return credentials;
    case "service provider":
      return { ...credentials, sellerId: AUTHORIZATION.sellerId, appAuthToken: AUTHORIZATION.token };
    case "certificates":
      return {
        ...own,
        appCert: certificates?.appCertificatePem ?? "",
        alipayCert: certificates?.alipayCertificatePem ?? "",
        alipayRootCert: certificates?.rootCertificatePem ?? "",
      };
  }
}
