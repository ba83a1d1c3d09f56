import type {
  BillLine,
  BookSide,
  DifferenceCause,
  DifferenceClass,
  DifferenceFix,
  DifferenceState,
} from "@payhub/domain";
import type { ExportLanguage } from "./table.ts";

const CLASSES: Record<DifferenceClass, string> = {
  missing_here: "长款（账单有、账上无）",
  missing_there: "短款（账上有、账单无）",
  amount_mismatch: "金额不符",
  status_mismatch: "状态不符",
  fee_mismatch: "手续费不符",
  duplicate_line: "账单重复行",
  day_boundary: "跨日",
  one_cent: "一分钱支付",
  malformed_line: "账单行无法识别",
  summary_mismatch: "账单汇总不符",
  fund_flow_mismatch: "资金流水不符",
};

const STATES: Record<DifferenceState, string> = {
  open: "待处理",
  repaired: "已修复",
  resolved: "已解决",
  accepted: "已认可",
};

const CAUSES: Record<DifferenceCause, string> = {
  never_heard: "支付成功未收到通知",
  late_money: "订单结束后到账",
  unknown_order: "平台单号不在账上",
  foreign_order: "非本平台订单",
  refund_past_payhub: "渠道侧直接退款",
  refund_not_heard: "退款结果未收到",
  bill_wrong: "账单有误",
  books_wrong: "账上有误",
  channel_silent: "渠道未明确答复",
  ended_later: "出账后才结束",
  reversed: "已撤销",
  near_midnight: "临近零点",
  other_day: "记在另一日",
  written_twice: "账单重复记录",
  one_cent_switch: "一分钱开关",
  fee_rate: "与约定费率不符",
  unreadable: "无法读取",
  sums_differ: "合计不符",
};

const FIXES: Record<DifferenceFix, string> = {
  none: "无需处理",
  ask_again: "再次询问渠道",
  wait_for_next_day: "等待次日账单",
  ask_for_new_bill: "请渠道重出账单",
  record_refund: "补记退款",
  check_by_hand: "人工核查",
};

const KINDS: Record<BillLine["kind"] | BookSide["kind"], string> = {
  payment: "支付",
  refund: "退款",
  reversal: "撤销",
  held_receipt: "挂账收款",
};

const LINE_STATUSES: Record<BillLine["status"], string> = {
  succeeded: "成功",
  processing: "处理中",
  failed: "失败",
};

const CHINESE = {
  class: CLASSES,
  state: STATES,
  cause: CAUSES,
  fix: FIXES,
  kind: KINDS,
  lineStatus: LINE_STATUSES,
};

/** Writes one of the platform's words for people: in Chinese, or as it is. */
export function wordFor<About extends keyof typeof CHINESE>(
  about: About,
  word: keyof (typeof CHINESE)[About] & string,
  language: ExportLanguage,
): string {
  const words: Readonly<Record<string, string>> = CHINESE[about];
  return language === "en" ? word : (words[word] ?? word);
}
