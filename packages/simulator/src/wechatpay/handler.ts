import type { Readable } from "node:stream";
import type { Operation } from "../core/channel.ts";
import type { Mode } from "./identity.ts";
import type { WechatpayMerchant } from "./merchant.ts";
import type { Wechatpay } from "./trade.ts";

/** A request whose caller is known. */
export interface AuthorizedRequest {
  mode: Mode;
  merchant: WechatpayMerchant;
  params: Record<string, string>;
  query: URLSearchParams;
  /** `Wechatpay-Serial`: the key that the caller encrypted sensitive fields with. */
  serial: string | undefined;
  body: Buffer;
}

/** A 2xx answer: 200, or 204 without a body, unless it says otherwise. */
export interface Answer {
  status?: number;
  body?: Record<string, unknown>;
  /** A file instead of a body, which is never signed. */
  file?: { contentType: string; content: Readable };
}

export interface Route {
  method: "GET" | "POST";
  url: string;
  mode: Mode;
  operation: Operation;
  /** Whose call this is when neither path nor body names the order; for scripts and the call log only. */
  outTradeNo?(wechatpay: Wechatpay, request: AuthorizedRequest): string | undefined;
  /** Does the operation; throws `WechatpayError`. */
  handle(wechatpay: Wechatpay, request: AuthorizedRequest): Answer | Promise<Answer>;
}
