import { paramError } from "./errors.ts";
import { isObject } from "./json-body.ts";

type Field =
  | { type: "string"; required?: true; max: number; label: string; pattern?: RegExp }
  | { type: "integer"; required?: true; min: number; label: string }
  | { type: "boolean" }
  | { type: "array" }
  | { type: "object"; required?: true; fields: Record<string, Field> };

const text = (max: number, label: string): Field => ({ type: "string", max, label });

const storeInfo: Record<string, Field> = {
  id: text(32, "门店编号"),
  name: text(256, "门店名称"),
  area_code: text(32, "地区编码"),
  address: text(512, "详细地址"),
};

/** Body of a Native prepay. https://pay.weixin.qq.com/doc/v3/merchant/4012791877 */
const nativeFields: Record<string, Field> = {
  appid: { type: "string", required: true, max: 32, label: "公众账号ID" },
  mchid: { type: "string", required: true, max: 32, label: "商户号" },
  description: { type: "string", required: true, max: 127, label: "商品描述" },
  out_trade_no: { type: "string", required: true, max: 32, label: "商户订单号", pattern: /^[0-9A-Za-z_\-|*]{6,32}$/ },
  time_expire: text(64, "支付结束时间"),
  attach: text(128, "商户数据包"),
  notify_url: { type: "string", required: true, max: 255, label: "商户回调地址" },
  goods_tag: text(32, "订单优惠标记"),
  support_fapiao: { type: "boolean" },
  amount: {
    type: "object",
    required: true,
    fields: { total: { type: "integer", required: true, min: 1, label: "总金额" }, currency: text(16, "货币类型") },
  },
  detail: {
    type: "object",
    fields: {
      cost_price: { type: "integer", min: 0, label: "订单原价" },
      invoice_id: text(32, "商品小票ID"),
      goods_detail: { type: "array" },
    },
  },
  scene_info: {
    type: "object",
    fields: {
      payer_client_ip: { type: "string", required: true, max: 45, label: "用户终端IP" },
      device_id: text(32, "商户端设备号"),
      store_info: { type: "object", fields: storeInfo },
    },
  },
  settle_info: { type: "object", fields: { profit_sharing: { type: "boolean" } } },
};

/** The parts of a valid Native prepay that matter later. */
export interface NativeBody {
  appid: string;
  mchid: string;
  description: string;
  outTradeNo: string;
  attach: string | undefined;
  notifyUrl: string;
  timeExpire: string | undefined;
  total: number;
}

/** Checks shapes, lengths, characters and unknown keys; throws PARAM_ERROR with the field's JSON pointer. */
export function readNativeBody(body: Record<string, unknown>): NativeBody {
  checkObject("", body, nativeFields);
  const amount = isObject(body.amount) ? body.amount : {};
  if (amount.currency !== undefined && amount.currency !== "CNY") {
    throw fieldError("/amount/currency", amount.currency, "货币类型只支持CNY");
  }
  return {
    appid: String(body.appid),
    mchid: String(body.mchid),
    description: String(body.description),
    outTradeNo: String(body.out_trade_no),
    attach: body.attach === undefined ? undefined : String(body.attach),
    notifyUrl: String(body.notify_url),
    timeExpire: body.time_expire === undefined ? undefined : String(body.time_expire),
    total: Number(amount.total),
  };
}

export function fieldError(pointer: string, value: unknown, issue: string) {
  return paramError(`输入源“/body${pointer}”${issue}`, { field: pointer, value, issue, location: "body" });
}

function checkObject(path: string, value: Record<string, unknown>, fields: Record<string, Field>): void {
  for (const key of Object.keys(value)) {
    if (!Object.hasOwn(fields, key)) throw fieldError(`${path}/${key}`, value[key], "是接口未定义的字段");
  }
  for (const [key, field] of Object.entries(fields)) {
    const pointer = `${path}/${key}`;
    const one = value[key];
    if (one === undefined) {
      if ("required" in field) throw fieldError(pointer, undefined, "缺少必填字段");
      continue;
    }
    checkField(pointer, one, field);
  }
}

function checkField(pointer: string, value: unknown, field: Field): void {
  switch (field.type) {
    case "object":
      if (!isObject(value)) throw fieldError(pointer, value, "类型错误，应为对象");
      checkObject(pointer, value, field.fields);
      return;
    case "array":
      if (!Array.isArray(value)) throw fieldError(pointer, value, "类型错误，应为数组");
      return;
    case "boolean":
      if (typeof value !== "boolean") throw fieldError(pointer, value, "类型错误，应为布尔值");
      return;
    case "integer":
      if (!Number.isSafeInteger(value)) throw fieldError(pointer, value, "类型错误，应为整数");
      if (Number(value) < field.min) {
        throw fieldError(pointer, value, `映射到数值字段“${field.label}”规则校验失败，值低于最小值 ${field.min}`);
      }
      return;
    case "string":
      checkText(pointer, value, field);
  }
}

function checkText(pointer: string, value: unknown, field: Extract<Field, { type: "string" }>): void {
  const rule = `映射到字符串字段“${field.label}”规则校验失败，`;
  if (typeof value !== "string") throw fieldError(pointer, value, "类型错误，应为字符串");
  if (field.required && value.length === 0) throw fieldError(pointer, value, `${rule}字符串长度不得为 0`);
  // Only characters of one to three UTF-8 bytes are supported: no surrogate pair may occur.
  if (/[\uD800-\uDFFF]/.test(value)) throw fieldError(pointer, value, `${rule}含有不支持的字符`);
  if (value.length > field.max) throw fieldError(pointer, value, `${rule}字符串长度大于最大值 ${field.max}`);
  if (field.pattern && !field.pattern.test(value)) throw fieldError(pointer, value, `${rule}格式不符合要求`);
}
