import { generateKeyPair, randomBytes } from "node:crypto";
import { promisify } from "node:util";

const generate = promisify(generateKeyPair);
const MODULUS_BITS = 2048;

/** A merchant of WeChat Pay in public key mode and the channel's own key; all keys PEM, made for one run. */
export interface ChannelParty {
  mchid: string;
  appid: string;
  merchantSerialNo: string;
  merchantPrivateKey: string;
  apiV3Key: string;
  publicKeyId: string;
  publicKey: string;
  channelPrivateKey: string;
}

/** Makes the keys of both sides. */
export async function createChannelParty(): Promise<ChannelParty> {
  const [merchant, channel] = await Promise.all([generateRsa(), generateRsa()]);
  return {
    mchid: "1900000109",
    appid: "wx1234567890abcdef",
    merchantSerialNo: randomBytes(20).toString("hex").toUpperCase(),
    merchantPrivateKey: merchant.privateKey,
    apiV3Key: randomBytes(16).toString("hex"),
    publicKeyId: "PUB_KEY_ID_0000000000000000000000000000000001",
    publicKey: channel.publicKey,
    channelPrivateKey: channel.privateKey,
  };
}

function generateRsa(): Promise<{ publicKey: string; privateKey: string }> {
  return generate("rsa", {
    modulusLength: MODULUS_BITS,
    publicKeyEncoding: { type: "spki", format: "pem" },
    privateKeyEncoding: { type: "pkcs8", format: "pem" },
  });
}
