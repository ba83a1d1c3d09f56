import { headerMchidMismatch, invalidRequest, paramError, WechatpayError } from "./errors.ts";
import type { Fields } from "./fields.ts";
import { fieldError, requiredText, text } from "./fields.ts";
import type { SubMerchant, WechatpayMerchant } from "./merchant.ts";

/** Who calls: a merchant for itself, or a service provider for one of its merchants. */
export type Mode = "direct" | "partner";

/** Whose an order is: `mchid` signed the request, `subMchid` gets the money when a service provider did. */
export interface Owner {
  mchid: string;
  subMchid: string | undefined;
}

export interface Identity extends Owner {
  appid: string;
  subAppid: string | undefined;
}

/** The fields of a body that say who pays whom. https://pay.weixin.qq.com/doc/v3/partner/4012738519 */
export const identityFields: Readonly<Record<Mode, Fields>> = {
  direct: { appid: requiredText(32, "公众账号ID"), mchid: requiredText(32, "商户号") },
  partner: {
    sp_appid: requiredText(32, "服务商应用ID"),
    sp_mchid: requiredText(32, "服务商户号"),
    sub_appid: text(32, "子商户应用ID"),
    sub_mchid: requiredText(32, "子商户号"),
  },
};

type Texts = (name: string) => string | undefined;

const textsOf =
  (body: Record<string, unknown>): Texts =>
  (name) => {
    const value = body[name];
    return typeof value === "string" ? value : undefined;
  };

/** Reads who pays whom from a body whose fields were checked; throws for merchants and apps that do not belong together. */
export function readIdentity(mode: Mode, body: Record<string, unknown>, merchant: WechatpayMerchant): Identity {
  const owner = readOwner(mode, body, merchant);
  const read = textsOf(body);
  const appid = read(mode === "direct" ? "appid" : "sp_appid") ?? "";
  if (!merchant.appids.includes(appid)) throw mismatch("appid和mch_id不匹配");
  const subAppid = mode === "partner" ? read("sub_appid") : undefined;
  if (subAppid !== undefined && !subMerchantOf(merchant, owner.subMchid)?.appids.includes(subAppid)) {
    throw mismatch("sub_mch_id与sub_appid不匹配");
  }
  return { ...owner, appid, subAppid };
}

/** Reads the merchant numbers alone, as close does. */
export function readOwner(mode: Mode, body: Record<string, unknown>, merchant: WechatpayMerchant): Owner {
  const read = textsOf(body);
  const required = (name: string): string => {
    const value = read(name);
    if (value === undefined) throw fieldError(`/${name}`, body[name], "缺少必填字段");
    return value;
  };
  if (required(mode === "direct" ? "mchid" : "sp_mchid") !== merchant.mchid) throw headerMchidMismatch();
  return ownerOf(merchant, mode === "direct" ? undefined : required("sub_mchid"));
}

/** Reads the merchant numbers of a query string. */
export function readQueryOwner(mode: Mode, query: URLSearchParams, merchant: WechatpayMerchant): Owner {
  const required = (name: string): string => {
    const value = query.get(name);
    if (value === null) throw queryError(name, "", "缺少必填字段");
    return value;
  };
  const name = mode === "direct" ? "mchid" : "sp_mchid";
  const mchid = required(name);
  if (mchid !== merchant.mchid) throw queryError(name, mchid, "与http header中的mchid不匹配");
  return ownerOf(merchant, mode === "direct" ? undefined : required("sub_mchid"));
}

/** Throws unless the service provider acts for this merchant. */
export function ownerOf(merchant: WechatpayMerchant, subMchid: string | undefined): Owner {
  if (subMchid === merchant.mchid) throw invalidRequest("子商户mchid不能与自身mchid相同");
  if (subMchid !== undefined && !subMerchantOf(merchant, subMchid)) throw invalidRequest("受理关系不存在");
  return { mchid: merchant.mchid, subMchid };
}

export function subMerchantOf(merchant: WechatpayMerchant, subMchid: string | undefined): SubMerchant | undefined {
  return merchant.subMerchants?.find(({ mchid }) => mchid === subMchid);
}

/** The merchant numbers as answers and callbacks show them. */
export function ownerBody({ mchid, subMchid }: Owner): Record<string, string> {
  return subMchid === undefined ? { mchid } : { sp_mchid: mchid, sub_mchid: subMchid };
}

/** Merchant and app numbers as answers and callbacks show them. */
export function identityBody({ mchid, appid, subMchid, subAppid }: Identity): Record<string, string> {
  if (subMchid === undefined) return { mchid, appid };
  return {
    sp_mchid: mchid,
    sp_appid: appid,
    sub_mchid: subMchid,
    ...(subAppid !== undefined && { sub_appid: subAppid }),
  };
}

const mismatch = (message: string) => new WechatpayError(400, "APPID_MCHID_NOT_MATCH", message);

/** PARAM_ERROR naming a parameter of the query string. */
export function queryError(name: string, value: string, issue: string) {
  return paramError(`输入源“/query/${name}”${issue}`, { field: name, value, issue, location: "query" });
}
