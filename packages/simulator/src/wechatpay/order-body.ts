import { isIP } from "node:net";
import { fieldError } from "./fields.ts";
import { isObject } from "./json-body.ts";

const maxDetailBytes = 6144;

/** The parts that prepay and bar code payments share, from a body whose fields were checked. */
export interface OrderBody {
  description: string;
  outTradeNo: string;
  attach: string | undefined;
  total: number;
}

/** Reads the shared parts; throws PARAM_ERROR for what no single field shows: currency, addresses, size of `detail`. */
export function readOrderBody(body: Record<string, unknown>): OrderBody {
  const amount = objectAt(body, "amount");
  if (amount.currency !== undefined && amount.currency !== "CNY") {
    throw fieldError("/amount/currency", amount.currency, "货币类型只支持CNY");
  }
  const { payer_client_ip: ip } = objectAt(body, "scene_info");
  if (ip !== undefined && (isIP(String(ip)) === 0 || ip === "127.0.0.1")) {
    throw fieldError("/scene_info/payer_client_ip", ip, "不是用户终端的IP地址");
  }
  if (body.detail !== undefined && Buffer.byteLength(JSON.stringify(body.detail)) > maxDetailBytes) {
    throw fieldError("/detail", undefined, `长度大于最大值 ${maxDetailBytes}`);
  }
  return {
    description: String(body.description),
    outTradeNo: String(body.out_trade_no),
    attach: optionalText(body.attach),
    total: Number(amount.total),
  };
}

export function objectAt(body: Record<string, unknown>, key: string): Record<string, unknown> {
  const value = body[key];
  return isObject(value) ? value : {};
}

export function optionalText(value: unknown): string | undefined {
  return value === undefined ? undefined : String(value);
}

/** One text for equal bodies, whatever the order of their keys. */
export function canonicalJson(value: unknown): string {
  return JSON.stringify(sortKeys(value));
}

function sortKeys(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sortKeys);
  if (!isObject(value)) return value;
  const entries = Object.entries(value).map(([key, one]): [string, unknown] => [key, sortKeys(one)]);
  return Object.fromEntries(entries.sort(([a], [b]) => (a < b ? -1 : 1)));
}
