import { billReadyAt, startOfBusinessDay } from "../core/business-day.ts";
import { type AskedBill, accountOf, billName, issueBill } from "./bill-issue.ts";
import { type BillType, billKindOf, billLink } from "./bill-link.ts";
import type { AlipayCall } from "./call.ts";
import { type AlipayAnswer, businessRefusal, gatewayRefusal, success } from "./errors.ts";

/** From this hour (Asia/Shanghai) of the next day on, a day's bill is there. */
const readyHour = 9;

/** Documented types of bills that nobody gets here. */
const otherTypes: readonly unknown[] = ["merchant_act", "trade_zft_merchant", "zft_acc", "settlementMerge"];

/**
 * alipay.data.dataservice.bill.downloadurl.query: a link to the bill of one day that is over. A bill that is still being
 * made and a day without business get the same answer.
 * Source: https://opendocs.alipay.com/open/3c9f1bcf_alipay.data.dataservice.bill.downloadurl.query
 */
export function queryBill(call: AlipayCall): AlipayAnswer {
  const billType = readType(call);
  const { from, businessDay } = readDay(call);
  const asked: AskedBill = { billKind: billKindOf(billType), businessDay, sellerId: call.seller.sellerId };
  if (call.now < billReadyAt(from, readyHour) || call.core.bills.isBeingMade(billName(asked))) {
    throw businessRefusal("isp.bill_not_exist");
  }
  const { isEmpty } = issueBill(call, asked);
  if (isEmpty && call.emptyBills === "not_exist") throw businessRefusal("isp.bill_not_exist");
  const { origin } = new URL(call.core.urls().alipay);
  const account = accountOf(asked.sellerId);
  return success({
    bill_download_url: billLink({ billType, account, businessDay }, { origin, secret: call.billSecret, now: call.now }),
    bill_file_code: isEmpty ? "EMPTY_DATA_WITH_BILL_FILE" : undefined,
  });
}

function readType({ biz }: AlipayCall): BillType {
  const { bill_type: type } = biz;
  if (type === "trade" || type === "signcustomer") return type;
  if (otherTypes.includes(type)) throw businessRefusal("TYPE_NOT_SUPPORTED");
  throw gatewayRefusal("isv.invalid_arguments");
}

/** A day before today; bills of months are not made here. */
function readDay({ biz, now }: AlipayCall): { from: number; businessDay: string } {
  const { bill_date: businessDay } = biz;
  const from = typeof businessDay === "string" ? startOfBusinessDay(businessDay) : undefined;
  if (typeof businessDay !== "string" || from === undefined || billReadyAt(from, 0) > now) {
    throw gatewayRefusal("isv.invalid_arguments");
  }
  return { from, businessDay };
}
