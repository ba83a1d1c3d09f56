import type { WechatpayCredentials } from "@payhub/simulator";

/** What a person would enter for a simulated merchant. */
export function entered(credentials: WechatpayCredentials, endpoint: string): Record<string, string> {
  const { merchantPrivateKeyPem: merchantPrivateKey, publicKeyPem: publicKey, ...rest } = credentials;
  return { ...rest, merchantPrivateKey, endpoint, ...(publicKey !== undefined && { publicKey }) };
}
