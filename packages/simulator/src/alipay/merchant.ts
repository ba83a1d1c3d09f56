import { generateKeyPair, randomInt } from "node:crypto";
import { promisify } from "node:util";

/** One Alipay app of one seller as the simulator knows it; plain JSON, keys in PEM. */
export type AlipayMerchant = {
  appId: string;
  sellerId: string;
  name: string;
  appPublicKeyPem: string;
  alipayPrivateKeyPem: string;
  alipayPublicKeyPem: string;
};

/** What a client needs to talk to the simulator as that app; plain JSON, the app key is PKCS#8 PEM. */
export type AlipayCredentials = {
  appId: string;
  sellerId: string;
  privateKey: string;
  alipayPublicKey: string;
};

const generateKeyPairAsync = promisify(generateKeyPair);

/** Makes a merchant with fresh RSA-2048 keys for both sides, and the credentials of its client. */
export async function createAlipayMerchant(
  options: { appId?: string; sellerId?: string; name?: string } = {},
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
    },
    credentials: { appId, sellerId, privateKey: app.privateKey, alipayPublicKey: alipay.publicKey },
  };
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
