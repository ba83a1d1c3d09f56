import { createPrivateKey, sign } from "node:crypto";
import { AlipaySdk } from "alipay-sdk";
import type { AlipayCredentials, AlipayMerchant, AlipayOptions, Simulator, SimulatorOptions } from "../src/index.ts";
import { startSimulator } from "../src/index.ts";
import type { CallbackReceiver, ReceivedCallback } from "./callback-receiver.ts";
import { startCallbackReceiver } from "./callback-receiver.ts";

type Keys = { merchant: AlipayMerchant; credentials: AlipayCredentials };

type Answer = Record<string, unknown> & { code: string };

/** A simulator, the public client `alipay-sdk` on it (every answer's signature verified), and a callback URL. */
export interface AlipayBench {
  simulator: Simulator;
  receiver: CallbackReceiver;
  sdk: AlipaySdk;
  exec(method: string, biz: Record<string, unknown>, notifyUrl?: string): Promise<Answer>;
  /** A ¥12.88 order, changed by `changes`; `undefined` leaves a field out. */
  precreate(outTradeNo: string, changes?: Record<string, unknown>): Promise<Answer>;
  /** Precreates and returns the code to scan. */
  code(outTradeNo: string, changes?: Record<string, unknown>): Promise<string>;
  query(outTradeNo: string): Promise<Answer>;
  close(outTradeNo: string): Promise<Answer>;
  cancel(outTradeNo: string): Promise<Answer>;
  /** Charges a bar code for the same order. */
  charge(outTradeNo: string, authCode: string, changes?: Record<string, unknown>): Promise<Answer>;
  refund(outTradeNo: string, amount: string, changes?: Record<string, unknown>): Promise<Answer>;
  queryRefund(outTradeNo: string, outRequestNo: string, changes?: Record<string, unknown>): Promise<Answer>;
  /** What the page products and the app send, signed by the SDK; a URL, a form or an order string. */
  pageUrl(method: string, biz: Record<string, unknown>, returnUrl?: string): string;
  pageForm(method: string, biz: Record<string, unknown>, returnUrl?: string): string;
  orderString(biz: Record<string, unknown>): string;
  /** The fields of the next notification that arrived. */
  notified(index: number): Promise<Record<string, string>>;
  stop(): Promise<void>;
}

export async function startAlipayBench(
  { merchant, credentials }: Keys,
  options: Omit<SimulatorOptions, "alipay"> & { alipay?: Omit<AlipayOptions, "merchants"> } = {},
): Promise<AlipayBench> {
  const simulator = await startSimulator({ ...options, alipay: { ...options.alipay, merchants: [merchant] } });
  const receiver = await startCallbackReceiver();
  receiver.answer = () => ({ status: 200, body: "success" });
  const sdk = createAlipayClient(simulator.urls.alipay, credentials, { certificates: merchant.certificates });
  const exec = (method: string, biz: Record<string, unknown>, notifyUrl?: string): Promise<Answer> =>
    sdk.exec(method, { biz_content: biz, ...(notifyUrl && { notify_url: notifyUrl }) }, { validateSign: true });
  const order = (outTradeNo: string) => ({ out_trade_no: outTradeNo, total_amount: "12.88", subject: "龙井一杯" });
  const pageParams = (biz: Record<string, unknown>, returnUrl?: string) => ({
    biz_content: biz,
    notify_url: receiver.url,
    ...(returnUrl && { return_url: returnUrl }),
  });
  const precreate = (outTradeNo: string, changes: Record<string, unknown> = {}) =>
    exec("alipay.trade.precreate", { ...order(outTradeNo), ...changes }, receiver.url);
  return {
    simulator,
    receiver,
    sdk,
    exec,
    precreate,
    code: async (outTradeNo, changes) => String((await precreate(outTradeNo, changes)).qr_code),
    query: (outTradeNo) => exec("alipay.trade.query", { out_trade_no: outTradeNo }),
    close: (outTradeNo) => exec("alipay.trade.close", { out_trade_no: outTradeNo }),
    cancel: (outTradeNo) => exec("alipay.trade.cancel", { out_trade_no: outTradeNo }),
    charge: (outTradeNo, authCode, changes) =>
      exec("alipay.trade.pay", { ...order(outTradeNo), auth_code: authCode, ...changes }, receiver.url),
    refund: (outTradeNo, amount, changes) =>
      exec("alipay.trade.refund", { out_trade_no: outTradeNo, refund_amount: amount, ...changes }),
    queryRefund: (outTradeNo, outRequestNo, changes) =>
      exec("alipay.trade.fastpay.refund.query", {
        out_trade_no: outTradeNo,
        out_request_no: outRequestNo,
        ...changes,
      }),
    pageUrl: (method, biz, returnUrl) => sdk.pageExecute(method, "GET", pageParams(biz, returnUrl)),
    pageForm: (method, biz, returnUrl) => sdk.pageExecute(method, "POST", pageParams(biz, returnUrl)),
    orderString: (biz) => sdk.sdkExecute("alipay.trade.app.pay", pageParams(biz)),
    notified: async (index) => fieldsOf((await receiver.waitFor(index + 1))[index]),
    async stop() {
      await simulator.stop();
      await receiver.stop();
    },
  };
}

/** In certificate mode when the app has certificates. */
export function createAlipayClient(
  gateway: string,
  credentials: AlipayCredentials,
  { timeoutMs = 5000, certificates }: { timeoutMs?: number; certificates?: AlipayMerchant["certificates"] } = {},
): AlipaySdk {
  return new AlipaySdk({
    appId: credentials.appId,
    privateKey: credentials.privateKey,
    keyType: "PKCS8",
    alipayPublicKey: credentials.alipayPublicKey,
    gateway,
    camelcase: false,
    timeout: timeoutMs,
    ...(certificates && {
      appCertContent: certificates.appCertificatePem,
      alipayPublicCertContent: certificates.alipayCertificatePem,
      alipayRootCertContent: certificates.rootCertificatePem,
    }),
  });
}

/** The fields of a notification as a merchant reads them from the raw body. */
export function fieldsOf(callback: ReceivedCallback | undefined): Record<string, string> {
  return Object.fromEntries(new URLSearchParams(callback?.body));
}

/** A query call that the test may spoil before it is signed (`change`) or after (`spoil`); undefined removes. */
export async function callGateway(options: {
  gateway: string;
  credentials: AlipayCredentials;
  change?: Record<string, string | undefined>;
  spoil?: Record<string, string | undefined>;
}): Promise<{ status: number; contentType: string | null; text: string; answer: Record<string, string> }> {
  const { gateway, credentials, change = {}, spoil = {} } = options;
  const params = filled({
    app_id: credentials.appId,
    method: "alipay.trade.query",
    charset: "utf-8",
    sign_type: "RSA2",
    timestamp: "2026-11-20 10:00:00",
    version: "1.0",
    biz_content: JSON.stringify({ out_trade_no: "none" }),
    ...change,
  });
  const content = Object.keys(params)
    .sort()
    .map((key) => `${key}=${params[key]}`)
    .join("&");
  const key = createPrivateKey(credentials.privateKey);
  const signature = sign("sha256", Buffer.from(content), key).toString("base64");
  const body = new URLSearchParams(filled({ ...params, sign: signature, ...spoil }));
  const response = await fetch(gateway, { method: "POST", body });
  const text = await response.text();
  const [answer = {}] = Object.values(JSON.parse(text) as Record<string, Record<string, string>>);
  return { status: response.status, contentType: response.headers.get("content-type"), text, answer };
}

function filled(params: Record<string, string | undefined>): Record<string, string> {
  const entries = Object.entries(params).filter((entry): entry is [string, string] => entry[1] !== undefined);
  return Object.fromEntries(entries);
}
