import { generateKeyPair, randomBytes } from "node:crypto";
import { promisify } from "node:util";
import { randomDigits } from "./digits.ts";
import { issuePlatformCertificate } from "./platform-certificate.ts";

/** A platform certificate with its private half. */
export interface PlatformCertificate {
  /** Upper-case hex, as in `Wechatpay-Serial`. */
  serialNo: string;
  privateKeyPem: string;
  certificatePem: string;
}

/** A merchant that a service provider acts for. */
export interface SubMerchant {
  mchid: string;
  appids: string[];
  name: string;
}

/** One merchant as WeChat Pay knows it; plain JSON. */
export interface WechatpayMerchant {
  mchid: string;
  appids: string[];
  name: string;
  /** Serial of the merchant's API certificate: 40 upper-case hex digits. */
  merchantSerialNo: string;
  merchantPublicKeyPem: string;
  /** 32 ASCII characters. */
  apiV3Key: string;
  /** What trades cost, per 10,000; 60 by default. */
  feeRate?: number;
  /** Whom it may act for as a service provider. */
  subMerchants?: SubMerchant[];
  /** Hosts whose pages may open H5 payments; any when absent. */
  h5Domains?: string[];
  platform: {
    /** The newest (last) signs unless the request names another; `/v3/certificates` lists all. */
    certificates: PlatformCertificate[];
    publicKey?: { id: string; privateKeyPem: string; publicKeyPem: string };
    /** `certificate` by default when there is one. */
    callbacksSignedBy?: "certificate" | "public_key";
  };
}

/** What the merchant itself holds; plain JSON. */
export interface WechatpayCredentials {
  mchid: string;
  appid: string;
  merchantSerialNo: string;
  /** PKCS#8 PEM. */
  merchantPrivateKey: string;
  apiV3Key: string;
  publicKeyId?: string;
  /** PEM. */
  publicKey?: string;
}

export interface CreateWechatpayMerchantOptions {
  mchid?: string;
  appid?: string;
  name?: string;
  /** Platform certificates to issue; 1 by default, 0 for a merchant in public key mode only. */
  certificates?: number;
  /** Whether the merchant has a WeChat Pay public key; true by default. */
  publicKey?: boolean;
  callbacksSignedBy?: "certificate" | "public_key";
  feeRate?: number;
  subMerchants?: SubMerchant[];
  h5Domains?: string[];
}

const generateKeys = promisify(generateKeyPair);

/** Makes a merchant with fresh keys: `merchant` for the simulator, `credentials` for a client. */
export async function createWechatpayMerchant(
  options: CreateWechatpayMerchantOptions = {},
): Promise<{ merchant: WechatpayMerchant; credentials: WechatpayCredentials }> {
  const { mchid = `19${randomDigits(8)}`, appid = `wx${randomBytes(8).toString("hex")}`, name = "示例商户" } = options;
  const own = await rsaKeyPair();
  const merchantSerialNo = randomBytes(20).toString("hex").toUpperCase();
  const apiV3Key = randomBytes(16).toString("hex");
  const certificates = await Promise.all(Array.from({ length: options.certificates ?? 1 }, createPlatformCertificate));
  const publicKey = options.publicKey === false ? undefined : await createPublicKey();
  const { callbacksSignedBy, feeRate, subMerchants, h5Domains } = options;
  return {
    merchant: {
      mchid,
      appids: [appid],
      name,
      merchantSerialNo,
      merchantPublicKeyPem: own.publicKeyPem,
      apiV3Key,
      ...(feeRate !== undefined && { feeRate }),
      ...(subMerchants && { subMerchants }),
      ...(h5Domains && { h5Domains }),
      platform: { certificates, ...(publicKey && { publicKey }), ...(callbacksSignedBy && { callbacksSignedBy }) },
    },
    credentials: {
      mchid,
      appid,
      merchantSerialNo,
      merchantPrivateKey: own.privateKeyPem,
      apiV3Key,
      ...(publicKey && { publicKeyId: publicKey.id, publicKey: publicKey.publicKeyPem }),
    },
  };
}

/** Issues one more platform certificate, for rotation. */
export async function createPlatformCertificate(): Promise<PlatformCertificate> {
  const { privateKeyPem, publicKeyPem } = await rsaKeyPair();
  return { privateKeyPem, ...issuePlatformCertificate({ privateKeyPem, publicKeyPem }) };
}

async function createPublicKey(): Promise<{ id: string; privateKeyPem: string; publicKeyPem: string }> {
  return { id: `PUB_KEY_ID_${randomDigits(40)}`, ...(await rsaKeyPair()) };
}

async function rsaKeyPair(): Promise<{ privateKeyPem: string; publicKeyPem: string }> {
  const { privateKey, publicKey } = await generateKeys("rsa", {
    modulusLength: 2048,
    publicKeyEncoding: { type: "spki", format: "pem" },
    privateKeyEncoding: { type: "pkcs8", format: "pem" },
  });
  return { privateKeyPem: privateKey, publicKeyPem: publicKey };
}
