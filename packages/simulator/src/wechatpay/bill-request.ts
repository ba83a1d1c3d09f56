import type { BillKind } from "../core/bills.ts";
import { billReadyAt, businessDayOf, startOfBusinessDay } from "../core/business-day.ts";
import { invalidRequest, WechatpayError } from "./errors.ts";
import type { Owner } from "./identity.ts";
import { ownerOf, queryError } from "./identity.ts";
import type { WechatpayMerchant } from "./merchant.ts";

const billTypes = ["ALL", "SUCCESS", "REFUND"] as const;
export type BillType = (typeof billTypes)[number];

const accountTypes = ["BASIC", "OPERATION", "FEES"] as const;
const tarTypes = ["GZIP"] as const;

/** The hour of the next day, Beijing, from which a bill can be asked for. */
const readyHour = 10;
const monthsBack = 3;

/** Which bill was asked for; plain JSON, `startsAt` in epoch ms. */
export interface BillQuestion extends Owner {
  billKind: BillKind;
  businessDay: string;
  startsAt: number;
  billType: BillType;
  /** Only the basic account sees trades. */
  accountType: (typeof accountTypes)[number];
  isGzip: boolean;
}

/** What a download address stands for, until `expiresAt` in epoch ms. */
export interface BillToken {
  question: BillQuestion;
  expiresAt: number;
}

/**
 * Reads who asks for which bill; throws for days that have none (any more), and STATEMENT_CREATING before ten of the next day.
 * A service provider's trade bill may be narrowed to one merchant; the fund-flow bill is that of the caller's own account.
 */
export function readBillQuestion(
  billKind: BillKind,
  { query, merchant, now }: { query: URLSearchParams; merchant: WechatpayMerchant; now: number },
): BillQuestion {
  const { businessDay, startsAt } = readDay(query, now);
  const question: BillQuestion = {
    ...ownerOf(merchant, billKind === "trade" ? (query.get("sub_mchid") ?? undefined) : undefined),
    billKind,
    businessDay,
    startsAt,
    billType: (billKind === "trade" && oneOf(query, "bill_type", billTypes)) || "ALL",
    accountType: (billKind === "fund_flow" && oneOf(query, "account_type", accountTypes)) || "BASIC",
    isGzip: oneOf(query, "tar_type", tarTypes) === "GZIP",
  };
  if (now < billReadyAt(startsAt, readyHour)) throw statementCreating();
  return question;
}

/** The bill is still being made. */
export const statementCreating = () => new WechatpayError(400, "STATEMENT_CREATING", "账单生成中");

/** There was no business that day, and there will be no bill. */
export const noStatementExist = () => new WechatpayError(400, "NO_STATEMENT_EXIST", "请求的账单文件不存在");

function readDay(query: URLSearchParams, now: number): { businessDay: string; startsAt: number } {
  const businessDay = query.get("bill_date");
  if (businessDay === null) throw queryError("bill_date", "", "缺少必填字段");
  const startsAt = startOfBusinessDay(businessDay);
  if (startsAt === undefined) throw queryError("bill_date", businessDay, "格式应为yyyy-MM-DD");
  const today = businessDayOf(now);
  if (businessDay >= today) throw queryError("bill_date", businessDay, "应早于今天");
  if (businessDay < monthsBefore(today)) throw invalidRequest("仅支持三个月内的账单下载申请");
  return { businessDay, startsAt };
}

/** Three months before a day; where that month is shorter, the days that it lacks count on into the next. */
function monthsBefore(day: string): string {
  const date = new Date(`${day}T00:00:00Z`);
  date.setUTCMonth(date.getUTCMonth() - monthsBack);
  return date.toISOString().slice(0, 10);
}

function oneOf<Word extends string>(query: URLSearchParams, name: string, words: readonly Word[]): Word | undefined {
  const value = query.get(name);
  if (value === null) return undefined;
  const word = words.find((one) => one === value);
  if (word === undefined) throw queryError(name, value, "不在枚举值范围内");
  return word;
}
