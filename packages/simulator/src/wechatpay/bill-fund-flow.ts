import type { BillLine } from "./bill-lines.ts";
import type { TextRow } from "./bill-text.ts";
import { billBytes, billTime, yuan } from "./bill-text.ts";

/** What a fund-flow bill is made of: the balance before the day, in fen, and what moved it, oldest first. */
interface FundFlow {
  opening: number;
  lines: BillLine[];
}

const header = [
  "记账时间",
  "微信支付业务单号",
  "资金流水单号",
  "业务名称",
  "业务类型",
  "收支类型",
  "收支金额(元)",
  "账户结余(元)",
  "资金变更提交申请人",
  "备注",
  "业务凭证号",
];
const summaryHeader = ["资金流水总笔数", "收入笔数", "收入金额", "支出笔数", "支出金额"];

/** What an account has before its first trade: a million yuan. */
const firstBalance = 100_000_000;

/** The account's movements of a day: a refund that failed moved nothing in the end. */
export function fundFlowOf({ before, day }: { before: readonly BillLine[]; day: readonly BillLine[] }): FundFlow {
  const opening = before.filter(moves).reduce((balance, line) => balance + netOf(line), firstBalance);
  const lines = day
    .filter(moves)
    .map((line) => ({ ...line, status: line.kind === "payment" ? "交易" : "退款" }))
    .sort((a, b) => a.at - b.at || orderOf(a) - orderOf(b));
  return { opening, lines };
}

/** What goes back was there before. */
const orderOf = ({ kind }: BillLine) => (kind === "payment" ? 0 : 1);

const moves = ({ kind, status }: BillLine) => kind === "payment" || status !== "FAIL";

const netOf = ({ kind, amount, fee }: BillLine) => (kind === "payment" ? amount : -amount) - fee;

/** One movement; `amount` in fen, positive. */
interface Movement {
  line: BillLine;
  businessType: string;
  direction: "收入" | "支出";
  amount: number;
  remark: string;
  isTorn?: boolean | undefined;
}

/** A payment comes in gross and its fee goes out; a refund goes out without the fee that is returned. */
function movementsOf(line: BillLine): Movement[] {
  const { kind, amount, fee, status, isTorn } = line;
  if (kind !== "payment") {
    const remark = `退款总金额${yuan(amount)}元;含手续费${yuan(-fee)}元`;
    return [{ line, businessType: status, direction: "支出", amount: amount + fee, remark, isTorn }];
  }
  const remark = `结算总金额 ${yuan(amount)} 元;含手续费 ${yuan(fee)} 元`;
  const gross: Movement = { line, businessType: status, direction: "收入", amount, remark, isTorn };
  if (fee === 0) return [gross];
  return [gross, { line, businessType: "扣除交易手续费", direction: "支出", amount: fee, remark: "扣除手续费" }];
}

/** The fund-flow bill; its sum of what came in is off by `sumError` fen. https://pay.weixin.qq.com/doc/v3/merchant/4012791908 */
export function fundFlowBill({ opening, lines }: FundFlow, { sumError = 0 }: { sumError?: number } = {}): Buffer {
  const movements = lines.flatMap(movementsOf);
  let balance = opening;
  const rows = movements.map((movement): TextRow => {
    balance += movement.direction === "收入" ? movement.amount : -movement.amount;
    return { values: valuesOf(movement, balance), isTorn: movement.isTorn };
  });
  const incoming = movements.filter(({ direction }) => direction === "收入");
  const outgoing = movements.filter(({ direction }) => direction === "支出");
  const sum = (some: readonly Movement[]) => some.reduce((total, { amount }) => total + amount, 0);
  const summary = [
    String(movements.length),
    String(incoming.length),
    yuan(sum(incoming) + sumError),
    String(outgoing.length),
    yuan(sum(outgoing)),
  ];
  return billBytes({ header, rows, summaryHeader, summary });
}

function valuesOf({ line, businessType, direction, amount, remark }: Movement, balance: number): string[] {
  const { kind, at, transactionId, refundId, mchid, outTradeNo, outRefundNo } = line;
  const isPayment = kind === "payment";
  return [
    billTime(at),
    refundId ?? transactionId,
    transactionId,
    isPayment ? "交易" : "退款",
    businessType,
    direction,
    yuan(amount),
    yuan(balance),
    isPayment ? "system" : `${mchid}API`,
    remark,
    outRefundNo ?? outTradeNo,
  ];
}
