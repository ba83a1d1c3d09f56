import { writeFile } from "node:fs/promises";
import { Uint8ArrayWriter, ZipWriter, type ZipWriterConstructorOptions } from "@zip.js/zip.js";
import iconv from "iconv-lite";

/** The seller of the bills below, and the day. */
export const SELLER = "2088000000000001";
export const DAY = "2026-11-20";

/** A 业务明细 as Alipay writes it; `rows` below the header. */
export interface TradeText {
  account?: string;
  day?: string;
  header?: string;
  rows?: readonly string[];
  end?: string;
  foot?: readonly string[];
}

const TRADE_HEADER =
  "支付宝交易号,商户订单号,业务类型,商品名称,创建时间,完成时间,门店编号,门店名称,操作员,终端号,对方账户,订单金额（元）,商家实收（元）,支付宝红包（元）,集分宝（元）,支付宝优惠（元）,商家优惠（元）,券核销金额（元）,券名称,商家红包消费金额（元）,卡消费金额（元）,退款批次号/请求号,服务费（元）,分润（元）,备注";

/** One row of a 业务明细 with tabs where Alipay has them. */
export function tradeRow(
  cells: Partial<
    Record<
      "tradeNo" | "orderNo" | "type" | "title" | "at" | "yuan" | "received" | "requestNo" | "fee" | "remark",
      string
    >
  > = {},
): string {
  const {
    tradeNo = "2026112022001425131000000001",
    orderNo = "T1",
    type = "交易",
    title = "拿铁",
    at = "10:00:06",
  } = cells;
  const { yuan = "88.88", received = yuan, requestNo = "", fee = "-0.53", remark = "" } = cells;
  const who = ["\t", "\t", "\t", "\t", "*三(138****0001)\t"];
  const rest = ["0.00", "0.00", "0.00", "0.00", "0.00", "", "0.00\t", "0.00"];
  const times = [`${DAY} 10:00:00`, `${DAY} ${at}`];
  return [
    `${tradeNo}\t`,
    `${orderNo}\t`,
    `${type}\t`,
    title,
    ...times,
    ...who,
    yuan,
    received,
    ...rest,
    `${requestNo}\t`,
    fee,
    "0.00",
    remark,
  ].join(",");
}

/** The row that gives `yuan` of {@link tradeRow}'s order back. */
export function refundRow(cells: Parameters<typeof tradeRow>[0] = {}): string {
  return tradeRow({ type: "退款", at: "11:30:00", yuan: "-8.88", requestNo: "R1", fee: "0.05", ...cells });
}

/** The sums below rows: one payment, no refund. */
export const ONE_PAYMENT = footOf({ payments: [1, "88.88"], refunds: [0, "0.00"] });

/** The sums below the rows of a 业务明细. */
export function footOf({ payments, refunds }: Record<"payments" | "refunds", readonly [number, string]>): string[] {
  return [
    `#交易合计：${payments[0]}笔，商家实收共${payments[1]}元，商家优惠共0.00元`,
    `#退款合计：${refunds[0]}笔，商家实收退款共${refunds[1]}元，商家优惠退款共0.00元`,
    "#导出时间：[2026年11月21日 05:46:49]",
  ];
}

/** Writes a 业务明细. */
export function tradeText({
  account = `${SELLER}0156`,
  day = "2026年11月20日",
  header = TRADE_HEADER,
  rows = [tradeRow()],
  end = `#${"-".repeat(41)}业务明细列表结束${"-".repeat(36)}`,
  foot = ONE_PAYMENT,
}: TradeText = {}): string {
  const head = headOf("业务明细", { account, day });
  return [...head, header, ...rows, ...(end === "" ? [] : [end]), ...foot, ""].join("\r\n");
}

/** Writes a 业务明细(汇总) with one total row. */
export function tradeSummaryText(cells: string): string {
  return [
    ...headOf("业务汇总", {}),
    "门店编号,门店名称,交易订单总笔数,退款订单总笔数,订单金额（元）,商家实收（元）,支付宝优惠（元）,商家优惠（元）,卡消费金额（元）,服务费（元）,分润（元）,实收净额（元）",
    `合计\t,\t,${cells}`,
    `#${"-".repeat(40)}业务汇总列表结束${"-".repeat(37)}`,
    "",
  ].join("\r\n");
}

/** Writes a 账务明细; each row is 发生时间, 收入, 支出, 业务类型 and 商户订单号. */
export function fundFlowText({ rows, foot }: { rows: readonly string[]; foot: readonly string[] }): string {
  const header =
    "账务流水号,业务流水号,商户订单号,商品名称,发生时间,对方账号,收入金额（+元）,支出金额（-元）,账户余额（元）,交易渠道,业务类型,备注";
  const end = `#${"-".repeat(40)}账务明细列表结束${"-".repeat(37)}`;
  return [...headOf("账务明细", {}), header, ...rows, end, ...foot, ""].join("\r\n");
}

/** Writes a 账务明细(汇总): 收入笔数, 收入金额, 支出笔数, 支出金额 and 总金额 of one type and of all. */
export function fundFlowSummaryText(cells: string): string {
  return [
    ...headOf("账务汇总", {}),
    "类型,收入笔数,收入金额（+元）,支出笔数,支出金额（-元）,总金额（元）",
    "在线支付,1,1.00,0,0.00,1.00",
    `合计,${cells}`,
    `#${"-".repeat(40)}账务汇总列表结束${"-".repeat(37)}`,
    "",
  ].join("\r\n");
}

/** One row of a 账务明细. */
export function fundFlowRow({
  orderNo = "T1",
  at = "10:00:06",
  income = "0.00",
  expense = "0.00",
  type = "在线支付",
}: Partial<Record<"orderNo" | "at" | "income" | "expense" | "type", string>>): string {
  return `546324465\t,2026112022\t,${orderNo}\t,拿铁\t,${DAY} ${at},*三\t,${income},${expense},100.00,支付宝,${type},`;
}

function headOf(
  list: string,
  { account = `${SELLER}0156`, day = "2026年11月20日" }: { account?: string; day?: string },
): string[] {
  return [
    `#支付宝${list}查询`,
    `#账号：[${account}]`,
    `#起始日期：[${day} 00:00:00]   终止日期：[2026年11月21日 00:00:00]`,
    `#${"-".repeat(41)}${list}列表${"-".repeat(40)}`,
  ];
}

/** The bytes of a text in GBK. */
export function gbk(text: string): Buffer {
  return iconv.encode(text, "gbk");
}

/** Packs files as Alipay does, names as GBK bytes under no flag. */
export async function archiveOf(
  files: Readonly<Record<string, Uint8Array | string>>,
  options: ZipWriterConstructorOptions = {},
): Promise<Buffer> {
  const writer = new ZipWriter(new Uint8ArrayWriter(), {
    useWebWorkers: false,
    useUnicodeFileNames: false,
    encodeText: gbk,
    ...options,
  });
  for (const [name, content] of Object.entries(files)) {
    const bytes = typeof content === "string" ? gbk(content) : content;
    await writer.add(name, new Blob([Uint8Array.from(bytes)]).stream());
  }
  return Buffer.from(await writer.close());
}

/** The name of a file of the bill, as `业务明细.csv`. */
export function fileName(ending: string): string {
  return `${SELLER}0156_20261120_${ending}`;
}

/** Packs files into an archive at `path`. */
export async function writeArchive(path: string, files: Readonly<Record<string, Uint8Array | string>>): Promise<void> {
  await writeFile(path, await archiveOf(files));
}
