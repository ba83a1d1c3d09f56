import { generateKeyPair, randomInt } from "node:crypto";
import { promisify } from "node:util";
import { type AlipayCertificates, issueAlipayCertificates } from "./certificates.ts";

/** Whose trades a call concerns, and on which app's behalf; `appId` is the caller's. */
export type AlipaySeller = { appId: string; authAppId: string; sellerId: string; name: string };

/** A merchant that let a service provider's app act for it, by `app_auth_token`. */
type AlipayAuthorization = { token: string; authAppId: string; sellerId: string; name: string };

/** One Alipay app of one seller as the simulator knows it; plain JSON, keys in PEM. */
export type AlipayMerchant = {
  appId: string;
  sellerId: string;
  name: string;
  appPublicKeyPem: string;
  alipayPrivateKeyPem: string;
  alipayPublicKeyPem: string;
  /** The merchant's fee per 10,000; 60 by default. */
  feeRate?: number | undefined;
  /** Certificate mode when given. */
  certificates?: AlipayCertificates | undefined;
  /** The merchants for which this app acts. */
  authorizations?: readonly AlipayAuthorization[] | undefined;
};

/** What a client needs to talk to the simulator as that app; plain JSON, the app key is PKCS#8 PEM. */
export type AlipayCredentials = {
  appId: string;
  sellerId: string;
  privateKey: string;
  alipayPublicKey: string;
};

const generateKeyPairAsync = promisify(generateKeyPair);

/** Makes a merchant with fresh RSA-2048 keys for both sides (and certificates), and the credentials of its client. */
export async function createAlipayMerchant(
  options: { appId?: string; sellerId?: string; name?: string; certificates?: boolean } = {},
): Promise<{ merchant: AlipayMerchant; credentials: AlipayCredentials }> {
  const appId = options.appId ?? `2021${randomDigits(12)}`;
  const sellerId = options.sellerId ?? `2088${randomDigits(12)}`;
  const [app, alipay] = await Promise.all([rsaKeyPair(), rsaKeyPair()]);
  return {
    merchant: {
      appId,
      sellerId,
      name: options.name ?? "支付宝演示商户",
      appPublicKeyPem: app.publicKey,
      alipayPrivateKeyPem: alipay.privateKey,
      alipayPublicKeyPem: alipay.publicKey,
      ...(options.certificates && {
        certificates: issueAlipayCertificates({ root: await rsaKeyPair(), app, alipay }),
      }),
    },
    credentials: { appId, sellerId, privateKey: app.privateKey, alipayPublicKey: alipay.publicKey },
  };
}

/** The seller for whom a call with this `app_auth_token` is made; undefined when the app has no such authorization. */
export function sellerOf(merchant: AlipayMerchant, appAuthToken: string | undefined): AlipaySeller | undefined {
  const { appId, sellerId, name } = merchant;
  if (!appAuthToken) return { appId, authAppId: appId, sellerId, name };
  const found = merchant.authorizations?.find(({ token }) => token === appAuthToken);
  return found && { appId, authAppId: found.authAppId, sellerId: found.sellerId, name: found.name };
}

/** `count` random decimal digits. */
export function randomDigits(count: number): string {
  return Array.from({ length: count }, () => randomInt(10)).join("");
}

function rsaKeyPair(): Promise<{ publicKey: string; privateKey: string }> {
  return generateKeyPairAsync("rsa", {
    modulusLength: 2048,
    publicKeyEncoding: { type: "spki", format: "pem" },
    privateKeyEncoding: { type: "pkcs8", format: "pem" },
  });
}
