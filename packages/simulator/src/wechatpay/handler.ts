import type { Operation } from "../core/channel.ts";
import type { WechatpayMerchant } from "./merchant.ts";
import type { Wechatpay } from "./trade.ts";

/** A request whose caller is known. */
export interface AuthorizedRequest {
  merchant: WechatpayMerchant;
  params: Record<string, string>;
  query: URLSearchParams;
  body: Buffer;
}

/** A 2xx answer: 200, or 204 without a body, unless it says otherwise. */
export interface Answer {
  status?: number;
  body?: Record<string, unknown>;
}

export interface Route {
  method: "GET" | "POST";
  url: string;
  operation: Operation;
  /** Does the operation; throws `WechatpayError`. */
  handle(wechatpay: Wechatpay, request: AuthorizedRequest): Answer;
}
