import { X509Certificate } from "node:crypto";
import { Aes, Formatter, Rsa, Wechatpay } from "wechatpay-axios-plugin";
import type {
  Simulator,
  SimulatorOptions,
  WechatpayCredentials,
  WechatpayMerchant,
  WechatpayOptions,
} from "../src/index.ts";
import { startSimulator } from "../src/index.ts";
import type { CallbackReceiver, ReceivedCallback } from "./callback-receiver.ts";
import { startCallbackReceiver } from "./callback-receiver.ts";

type Keys = { merchant: WechatpayMerchant; credentials: WechatpayCredentials };

/** What a call came to: any HTTP answer, or the client's own error code when it trusted none. */
export interface Outcome {
  status: number;
  data: Record<string, unknown>;
  headers: Record<string, unknown>;
  clientError: string | undefined;
}

/** A simulator, the public client `wechatpay-axios-plugin` on it, and a callback URL. */
export interface WechatpayBench {
  simulator: Simulator;
  receiver: CallbackReceiver;
  /** Starts another client on the same simulator, with other default headers or trusted keys. */
  clientWith(options: ClientOptions): Wechatpay;
  client: Wechatpay;
  order(changes?: Record<string, unknown>): Record<string, unknown>;
  create(body: Record<string, unknown>): Promise<Outcome>;
  /** Any other call, by its path after `v3/`. */
  post(path: string, body: object, headers?: Record<string, string>): Promise<Outcome>;
  get(path: string, params?: object): Promise<Outcome>;
  /** A refund of part of an order of 1288. */
  refund(outTradeNo: unknown, changes?: Record<string, unknown>): Promise<Outcome>;
  query(outTradeNo: string): Promise<Outcome>;
  close(outTradeNo: string): Promise<Outcome>;
  stop(): Promise<void>;
}

export async function startWechatpayBench(
  { merchant, credentials }: Keys,
  options: Omit<SimulatorOptions, "wechatpay"> & { wechatpay?: Omit<WechatpayOptions, "merchants"> } = {},
): Promise<WechatpayBench> {
  const simulator = await startSimulator({ ...options, wechatpay: { ...options.wechatpay, merchants: [merchant] } });
  const receiver = await startCallbackReceiver();
  const client = createWechatpayClient(simulator.urls.wechatpay, { merchant, credentials });
  const { mchid, appid } = credentials;
  const outTradeNoUrl = "v3/pay/transactions/out-trade-no";
  let orders = 0;
  let refunds = 0;
  return {
    simulator,
    receiver,
    client,
    clientWith: (more) => createWechatpayClient(simulator.urls.wechatpay, { merchant, credentials }, more),
    order: (changes = {}) => ({
      appid,
      mchid,
      description: "一杯咖啡",
      out_trade_no: `order-${Date.now()}-${orders++}`,
      notify_url: receiver.url,
      amount: { total: 1288, currency: "CNY" },
      ...changes,
    }),
    post: (path, body, headers = {}) => settle(client.chain(`v3/${path}`).post(body, { headers })),
    get: (path, params = {}) => settle(client.chain(`v3/${path}`).get({ params })),
    refund: (outTradeNo, { refund = 300, total = 1288, ...changes } = {}) =>
      settle(
        client.chain("v3/refund/domestic/refunds").post({
          out_trade_no: outTradeNo,
          out_refund_no: `refund-${Date.now()}-${refunds++}`,
          notify_url: receiver.url,
          amount: { refund, total, currency: "CNY" },
          ...changes,
        }),
      ),
    create: (body) => settle(client.chain("v3/pay/transactions/native").post(body)),
    query: (outTradeNo) => settle(client.chain(`${outTradeNoUrl}/${outTradeNo}`).get({ params: { mchid } })),
    close: (outTradeNo) => settle(client.chain(`${outTradeNoUrl}/${outTradeNo}/close`).post({ mchid })),
    async stop() {
      await simulator.stop();
      await receiver.stop();
    },
  };
}

export interface ClientOptions {
  headers?: Record<string, string>;
  certs?: Record<string, string>;
}

export function createWechatpayClient(
  baseURL: string,
  { merchant, credentials }: Keys,
  { headers = {}, certs = platformKeys(merchant) }: ClientOptions = {},
): Wechatpay {
  return new Wechatpay({
    mchid: credentials.mchid,
    serial: credentials.merchantSerialNo,
    privateKey: credentials.merchantPrivateKey,
    certs,
    baseURL: `${baseURL}/`,
    headers,
    timeout: 15_000,
  });
}

/** Every key the merchant may trust, by its `Wechatpay-Serial`. */
export function platformKeys({ platform }: WechatpayMerchant): Record<string, string> {
  const keys = platform.certificates.map(({ serialNo, certificatePem }): [string, string] => [
    serialNo,
    new X509Certificate(certificatePem).publicKey.export({ type: "spki", format: "pem" }).toString(),
  ]);
  if (platform.publicKey) keys.push([platform.publicKey.id, platform.publicKey.publicKeyPem]);
  return Object.fromEntries(keys);
}

/** Verifies a callback with the plugin's own functions and returns its decrypted resource. */
export function openCallback(
  { headers, body }: ReceivedCallback,
  merchant: WechatpayMerchant,
): Record<string, unknown> {
  const message = Formatter.response(String(headers["wechatpay-timestamp"]), String(headers["wechatpay-nonce"]), body);
  const key = platformKeys(merchant)[String(headers["wechatpay-serial"])];
  if (key === undefined) throw new Error("the callback names an unknown serial");
  if (!Rsa.verify(message, String(headers["wechatpay-signature"]), key)) throw new Error("the signature is wrong");
  const { resource } = JSON.parse(body);
  return JSON.parse(decrypt(resource, merchant.apiV3Key));
}

/** Decrypts with the plugin; its declarations leave `AesGcm` out. */
export function decrypt(resource: Record<string, string>, apiV3Key: string): string {
  const { AesGcm } = Aes as unknown as {
    AesGcm: { decrypt(ciphertext: string, key: string, iv: string, aad: string): string };
  };
  const { ciphertext = "", nonce = "", associated_data = "" } = resource;
  return AesGcm.decrypt(ciphertext, apiV3Key, nonce, associated_data);
}

interface AxiosLike {
  status?: number;
  data?: unknown;
  headers?: object;
}

/** Turns the plugin's promise into an outcome, refusals included. */
export async function settle(call: Promise<AxiosLike>): Promise<Outcome> {
  try {
    return toOutcome(await call, undefined);
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    const { response, code } = error as Error & { response?: AxiosLike; code?: string };
    return toOutcome(response ?? {}, code ?? error.message);
  }
}

function toOutcome({ status = 0, data, headers = {} }: AxiosLike, clientError: string | undefined): Outcome {
  const object = typeof data === "object" && data !== null ? data : {};
  return { status, data: { ...object }, headers: { ...headers }, clientError };
}
