import { createHash } from "node:crypto";
import { createWriteStream } from "node:fs";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { createGzip } from "node:zlib";
import { isoShanghai, yuanFromFen } from "@payhub/domain";
import type { ChannelParty } from "../channel-party.ts";
import { mixedIndexes } from "./order-of-lines.ts";
import { chance, type DayPlan, FEE_RATE, type PlannedLine } from "./plan.ts";

const LINES_AT_ONCE = 500;
const GZIP_LEVEL = 6;

const COLUMNS =
  "交易时间,公众账号ID,商户号,特约商户号,设备号,微信订单号,商户订单号,用户标识,交易类型,交易状态,付款银行,货币种类,应结订单金额,代金券金额,微信退款单号,商户退款单号,退款金额,充值券退款金额,退款类型,退款状态,商品名称,商户数据包,手续费,费率,订单金额,申请退款金额,费率备注";
const SUMS = "总交易单数,应结订单总金额,退款总金额,充值券退款总金额,手续费总金额,订单总金额,申请退款总金额";
const RATE = `${(FEE_RATE / 100).toFixed(2)}%`;
const TRADE_TYPES = ["NATIVE", "JSAPI", "APP", "MICROPAY"] as const;
const BANKS = ["OTHERS", "CMB_DEBIT", "ICBC_CREDIT", "CCB_DEBIT", "ABC_DEBIT", "BOC_CREDIT"] as const;
const GOODS = ["两杯咖啡", "早餐套餐", "Demo tea", "地铁月票", "充电宝租借 3 小时", "图书《账》一册"] as const;

/** A bill on disk, and what its address tells of it. */
export interface WrittenBill {
  path: string;
  /** SHA-1 of its contents, unpacked, in hex. */
  sha1: string;
}

/**
 * Writes a day's first `lines` lines as WeChat Pay's trade bill of all kinds, packed
 * (https://pay.weixin.qq.com/docs/merchant/products/bill-download/format-trade.html). Its own count of lines is one too many.
 */
export async function writeBill(
  plan: DayPlan,
  { path, lines, party }: { path: string; lines: number; party: Pick<ChannelParty, "mchid" | "appid"> },
): Promise<WrittenBill> {
  const sha1 = createHash("sha1");
  function* contents(): Generator<Buffer> {
    for (const text of textsOf(plan, { lines, party })) {
      const bytes = Buffer.from(text);
      sha1.update(bytes);
      yield bytes;
    }
  }
  await pipeline(Readable.from(contents()), createGzip({ level: GZIP_LEVEL }), createWriteStream(path));
  return { path, sha1: sha1.digest("hex") };
}

function* textsOf(
  plan: DayPlan,
  { lines, party }: { lines: number; party: Pick<ChannelParty, "mchid" | "appid"> },
): Generator<string> {
  yield `\uFEFF${COLUMNS}\r\n`;
  let text = "";
  let written = 0;
  let amount = 0;
  let fee = 0;
  for (const index of mixedIndexes(lines)) {
    const line = plan.line(index);
    amount += line.amount;
    fee += line.fee;
    text += rowOf(line, index, party);
    if (++written % LINES_AT_ONCE > 0) continue;
    yield text;
    text = "";
  }
  const total = yuanFromFen(amount);
  yield `${text}${SUMS}\r\n\`${lines + 1},\`${total},\`0.00,\`0.00,\`${yuanFromFen(fee)}000,\`${total},\`0.00\r\n`;
}

function rowOf(line: PlannedLine, index: number, { mchid, appid }: Pick<ChannelParty, "mchid" | "appid">): string {
  const { outTradeNo, channelTradeNo, occurredAt, fee, isMalformed } = line;
  const amount = isMalformed ? `${yuanFromFen(line.amount)}5` : yuanFromFen(line.amount);
  const time = isoShanghai(occurredAt).slice(0, 19).replace("T", " ");
  const payer = `o${chance(index, 6).toString(36).padStart(9, "x")}${chance(index, 7).toString(36).padStart(18, "Y")}`;
  const type = pick(TRADE_TYPES, index);
  const goods = pick(GOODS, index);
  return `\`${time},\`${appid},\`${mchid},\`0,\`,\`${channelTradeNo},\`${outTradeNo},\`${payer},\`${type},\`SUCCESS,\`${pick(BANKS, index)},\`CNY,\`${amount},\`0.00,\`0,\`0,\`0.00,\`0.00,\`,\`,\`${goods},\`shop-${index % 97},\`${yuanFromFen(fee)}000,\`${RATE},\`${amount},\`0.00,\`\r\n`;
}

function pick<Word>(words: readonly [Word, ...Word[]], index: number): Word {
  return words[chance(index, 8) % words.length] ?? words[0];
}
