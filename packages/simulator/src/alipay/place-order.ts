import { randomBytes } from "node:crypto";
import type { AlipayCall } from "./call.ts";
import { optionalText, requiredText } from "./call.ts";
import { businessRefusal, gatewayRefusal } from "./errors.ts";
import type { Expiry } from "./expiry.ts";
import type { AlipayOrder, AlipayProduct } from "./order.ts";
import { fenOfYuan } from "./yuan.ts";

const maxAmount = 10_000_000_000;

/** How one product orders. */
export type ProductRules = {
  product: AlipayProduct;
  /** The values of `product_code`. */
  productCodes: readonly string[];
  /** Whether `product_code` may be left out. */
  productCodeOptional: boolean;
  expiry: Expiry & { tradeTimeoutMs?: number };
};

/** Reads what all ordering APIs have in common. Source: https://opendocs.alipay.com/open/8ad49e4a_alipay.trade.precreate */
export function readOrder(call: AlipayCall, rules: ProductRules): AlipayOrder {
  const outTradeNo = requiredText(call, "out_trade_no", 64);
  if (!/^\w+$/.test(outTradeNo)) throw businessRefusal("ACQ.INVALID_PARAMETER", { detail: "out_trade_no" });
  const amount = readAmount(requiredText(call, "total_amount", 12));
  const subject = requiredText(call, "subject", 256);
  if (/[/=&]/.test(subject)) throw businessRefusal("ACQ.INVALID_PARAMETER", { detail: "subject" });
  checkProductCode(call, rules);
  const { appId, authAppId, sellerId, name } = call.seller;
  if ((optionalText(call, "seller_id", 28) ?? sellerId) !== sellerId) throw businessRefusal("ACQ.SELLER_NOT_EXIST");
  const body = optionalText(call, "body", 128);
  const passbackParams = optionalText(call, "passback_params", 512);
  const notifyUrl = readUrl("notify_url", call.notifyUrl);
  const returnUrl = readUrl("return_url", call.returnUrl);
  return {
    product: rules.product,
    appId,
    authAppId,
    sellerId,
    merchantName: name,
    outTradeNo,
    amount,
    subject,
    ...(body !== undefined && { body }),
    ...(passbackParams !== undefined && { passbackParams }),
    ...(notifyUrl !== undefined && { notifyUrl }),
    ...(returnUrl !== undefined && { returnUrl }),
    createdAt: call.now,
    ...rules.expiry,
    qrCode: `https://qr.alipay.com/bax${randomBytes(14).toString("hex")}`,
  };
}

function checkProductCode(call: AlipayCall, { productCodes, productCodeOptional }: ProductRules): void {
  const productCode = optionalText(call, "product_code", 64);
  if (productCode === undefined && productCodeOptional) return;
  if (productCode === undefined || !productCodes.includes(productCode)) {
    throw businessRefusal("ACQ.INVALID_PARAMETER", { detail: "product_code" });
  }
}

function readAmount(yuan: string): number {
  const amount = fenOfYuan(yuan);
  if (amount === undefined || amount < 1) throw businessRefusal("ACQ.INVALID_PARAMETER", { detail: "total_amount" });
  if (amount > maxAmount) throw businessRefusal("ACQ.TOTAL_FEE_EXCEED");
  return amount;
}

function readUrl(name: string, url: string | undefined): string | undefined {
  if (!url) return undefined;
  if (url.length > 256 || !/^https?:\/\//.test(url) || !URL.canParse(url)) {
    throw gatewayRefusal("isv.invalid-parameter", `：${name}`);
  }
  return url;
}

/**
 * The order that this number already has, if any; refused when that is over or has other content.
 * Source: https://opendocs.alipay.com/open/8ad49e4a_alipay.trade.precreate
 */
export function findSameOrder(call: AlipayCall, asked: AlipayOrder): AlipayOrder | undefined {
  const known = call.orders.byOutTradeNo(asked.sellerId, asked.outTradeNo);
  if (!known) return undefined;
  const status = known.trade?.status;
  if (status === "TRADE_SUCCESS" || status === "TRADE_FINISHED") throw businessRefusal("ACQ.TRADE_HAS_SUCCESS");
  if (status === "TRADE_CLOSED") throw businessRefusal("ACQ.TRADE_HAS_CLOSE");
  if (known.amount !== asked.amount || known.subject !== asked.subject || known.body !== asked.body) {
    throw businessRefusal("ACQ.CONTEXT_INCONSISTENT");
  }
  if (known.product === asked.product) return known;
  if (known.trade) throw businessRefusal("ACQ.CONTEXT_INCONSISTENT");
  return undefined;
}
