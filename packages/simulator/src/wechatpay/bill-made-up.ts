import { createHash } from "node:crypto";
import { defaultFeeRate, feeOf } from "../core/fee.ts";
import type { BillLine } from "./bill-lines.ts";
import type { BillQuestion } from "./bill-request.ts";
import type { Wechatpay } from "./trade.ts";

/** The line of a payment that was never made, at noon of the day; what it needs beside follows from the order's number. */
export function madeUpLine(
  { merchants }: Wechatpay,
  { mchid, subMchid, businessDay, startsAt }: BillQuestion,
  { outTradeNo, amount }: { outTradeNo: string; amount: number },
): BillLine {
  const merchant = merchants.get(mchid);
  const feeRate = merchant?.feeRate ?? defaultFeeRate;
  const hash = createHash("sha256").update(outTradeNo).digest("hex");
  const digits = BigInt(`0x${hash}`).toString().padStart(16, "0");
  return {
    kind: "payment",
    outTradeNo,
    amount,
    fee: feeOf({ amount, feeRate }),
    status: "SUCCESS",
    at: startsAt + 12 * 3_600_000,
    appid: merchant?.appids[0] ?? "",
    mchid,
    subMchid,
    transactionId: `4200${digits.slice(0, 6)}${businessDay.replaceAll("-", "")}${digits.slice(6, 16)}`,
    openid: `o${hash.slice(0, 27)}`,
    tradeType: "NATIVE",
    bankType: "OTHERS",
    description: "示例商品",
    attach: "",
    feeRate,
  };
}
