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
  platform: {
    /** The first signs unless the request asks for another; all are listed by `/v3/certificates`. */
    certificates: { serialNo: string; privateKeyPem: string; certificatePem: string }[];
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
  merchantPrivateKeyPem: string;
  apiV3Key: string;
  publicKeyId?: string;
  publicKeyPem?: string;
}

export async function createWechatpayMerchant(): Promise<{
  merchant: WechatpayMerchant;
  credentials: WechatpayCredentials;
}> {
  throw new Error("not built yet");
}
