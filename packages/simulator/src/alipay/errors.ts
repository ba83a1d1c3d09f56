/** A business field of an answer; Alipay writes every scalar as a string. */
export type AlipayField = string | readonly Readonly<Record<string, string>>[] | undefined;

/** The inner object of an answer, before it is ordered and signed. */
export type AlipayAnswer = {
  code: string;
  msg: string;
  sub_code?: string;
  sub_msg?: string;
  [field: string]: AlipayField;
};

/** Codes and texts of the gateway. Source: https://opendocs.alipay.com/common/02km9f */
const gatewayErrors = {
  "isp.unknow-error": { code: "20000", subMsg: "系统繁忙" },
  "isv.missing-method": { code: "40001", subMsg: "缺少方法名参数" },
  "isv.missing-app-id": { code: "40001", subMsg: "缺少appId参数" },
  "isv.missing-signature": { code: "40001", subMsg: "缺少签名参数" },
  "isv.missing-signature-type": { code: "40001", subMsg: "缺少签名类型参数" },
  "isv.missing-timestamp": { code: "40001", subMsg: "缺少时间戳参数" },
  "isv.missing-version": { code: "40001", subMsg: "缺少版本参数" },
  "isv.invalid-app-id": { code: "40002", subMsg: "无效的AppID参数" },
  "isv.invalid-charset": { code: "40002", subMsg: "字符集错误" },
  "isv.invalid-format": { code: "40002", subMsg: "无效的数据格式" },
  "isv.invalid-method": { code: "40002", subMsg: "不存在的方法名" },
  "isv.invalid_arguments": { code: "40002", subMsg: "参数有误" },
  "isv.invalid-parameter": { code: "40002", subMsg: "参数无效" },
  "isv.invalid-signature": { code: "40002", subMsg: "无效签名" },
  "isv.invalid-signature-type": { code: "40002", subMsg: "无效的签名类型" },
  "isv.invalid-timestamp": { code: "40002", subMsg: "非法的时间戳参数" },
  "isv.illegal-json": { code: "40002", subMsg: "JSON解析失败" },
  "isv.missing-app-cert-sn": { code: "40001", subMsg: "缺少应用公钥证书序列号参数" },
  "isv.invalid-app-cert-sn": { code: "40002", subMsg: "无效的应用公钥证书序列号" },
  "isv.missing-alipay-root-cert-sn": { code: "40001", subMsg: "缺少支付宝根证书序列号参数" },
  "isv.invalid-alipay-root-cert-sn": { code: "40002", subMsg: "无效的支付宝根证书序列号" },
  "aop.invalid-app-auth-token": { code: "20001", subMsg: "无效的应用授权令牌" },
  "isv.app-call-limited": { code: "40005", subMsg: "应用调用次数超限" },
} as const;

/** Business refusals of the trade APIs and of bills. Source: https://opendocs.alipay.com/open/8ad49e4a_alipay.trade.precreate */
const businessErrors = {
  "ACQ.SYSTEM_ERROR": "系统异常",
  "ACQ.INVALID_PARAMETER": "参数无效",
  "ACQ.TRADE_NOT_EXIST": "交易不存在",
  "ACQ.TRADE_HAS_SUCCESS": "交易已被支付",
  "ACQ.TRADE_HAS_CLOSE": "交易已经关闭",
  "ACQ.TRADE_STATUS_ERROR": "交易状态不合法",
  "ACQ.CONTEXT_INCONSISTENT": "交易信息被篡改",
  "ACQ.TOTAL_FEE_EXCEED": "订单总金额不在允许范围内",
  "ACQ.APPLY_PC_MERCHANT_CODE_ERROR": "申请二维码失败",
  "ACQ.NOW_TIME_AFTER_EXPIRE_TIME_ERROR": "当前时间已超过允许支付的时间",
  "ACQ.SELLER_NOT_EXIST": "卖家不存在",
  "ACQ.TRADE_CANCEL_TIME_OUT": "超过撤销时间范围",
  "ACQ.CANCEL_NOT_ALLOWED": "不允许撤销",
  "ACQ.PAYMENT_AUTH_CODE_INVALID": "支付授权码无效",
  "ACQ.BUYER_BALANCE_NOT_ENOUGH": "买家余额不足",
  "ACQ.BUYER_ENABLE_STATUS_FORBID": "买家状态非法",
  "ACQ.BUYER_NOT_EXIST": "买家不存在",
  "ACQ.SELLER_BALANCE_NOT_ENOUGH": "卖家余额不足",
  "ACQ.REFUND_AMT_NOT_EQUAL_TOTAL": "退款金额超限",
  "ACQ.REASON_TRADE_REFUND_FEE_ERR": "退款金额无效",
  "ACQ.TRADE_HAS_FINISHED": "交易已完结",
  "ACQ.TRADE_NOT_ALLOW_REFUND": "当前交易不允许退款",
  "ACQ.DISCORDANT_REPEAT_REQUEST": "请求信息不一致",
  "isp.bill_not_exist": "账单不存在",
  TYPE_NOT_SUPPORTED: "此账单类型不支持下载",
} as const;

const messages: Readonly<Record<string, string>> = {
  "20000": "Service Currently Unavailable",
  "20001": "Insufficient Token Permissions",
  "40001": "Missing Required Arguments",
  "40002": "Invalid Arguments",
  "40004": "Business Failed",
  "40005": "Call Limited",
};

/** A `sub_code` that the gateway itself answers. */
export type GatewaySubCode = keyof typeof gatewayErrors;

/** A `sub_code` that an API answers with code 40004. */
export type BusinessSubCode = keyof typeof businessErrors;

/** A refusal by the simulated Alipay; the router turns it into a signed answer. */
export class AlipayRefusal extends Error {
  readonly answer: AlipayAnswer;

  constructor(answer: AlipayAnswer) {
    super(`${answer.sub_code}: ${answer.sub_msg}`);
    this.name = "AlipayRefusal";
    this.answer = answer;
  }
}

/** A gateway-level refusal; `detail` is appended to its text. */
export function gatewayRefusal(subCode: GatewaySubCode, detail = ""): AlipayRefusal {
  const { code, subMsg } = gatewayErrors[subCode];
  return new AlipayRefusal({ code, msg: messages[code] ?? "", sub_code: subCode, sub_msg: `${subMsg}${detail}` });
}

/** A business refusal (code 40004); `fields` are kept beside the sub_code as the real API does. */
export function businessRefusal(
  subCode: BusinessSubCode,
  options: { detail?: string; fields?: Readonly<Record<string, AlipayField>> } = {},
): AlipayRefusal {
  const text = businessErrors[subCode];
  return new AlipayRefusal({
    ...options.fields,
    code: "40004",
    msg: messages["40004"] ?? "",
    sub_code: subCode,
    sub_msg: options.detail ? `${text}，${options.detail}` : text,
  });
}

/** The answer to an accepted call: code 10000 and the business fields. */
export function success(fields: Readonly<Record<string, AlipayField>>): AlipayAnswer {
  return { ...fields, code: "10000", msg: "Success" };
}

/** The answer to a bar code payment that waits for its buyer: code 10003. Its text begins with a space. */
export function inProcess(fields: Readonly<Record<string, AlipayField>>): AlipayAnswer {
  return { ...fields, code: "10003", msg: " order success pay inprocess" };
}
