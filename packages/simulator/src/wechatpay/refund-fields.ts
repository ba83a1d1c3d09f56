import type { Fields } from "./fields.ts";
import { requiredText, text } from "./fields.ts";

const outRefundNo = { ...requiredText(64, "商户退款单号"), pattern: /^[0-9A-Za-z_\-|*@]{1,64}$/ };
const subMchid = text(32, "子商户号");

/** Body of a refund. https://pay.weixin.qq.com/doc/v3/merchant/4012791883 */
export const refundFields: Fields = {
  sub_mchid: subMchid,
  transaction_id: text(32, "微信支付订单号"),
  out_trade_no: text(32, "商户订单号"),
  out_refund_no: outRefundNo,
  reason: text(80, "退款原因"),
  notify_url: text(256, "退款结果回调url"),
  funds_account: { ...text(32, "退款资金来源"), oneOf: ["AVAILABLE", "UNSETTLED"] },
  amount: {
    type: "object",
    required: true,
    fields: {
      refund: { type: "integer", required: true, min: 1, label: "退款金额" },
      total: { type: "integer", required: true, min: 1, label: "原订单金额" },
      currency: { ...requiredText(16, "退款币种"), oneOf: ["CNY"] },
      from: {
        type: "array",
        max: 50,
        items: {
          account: { ...requiredText(32, "出资账户类型"), oneOf: ["AVAILABLE", "UNAVAILABLE"] },
          amount: { type: "integer", required: true, min: 1, label: "出资金额" },
        },
      },
    },
  },
  goods_detail: {
    type: "array",
    max: 6000,
    items: {
      merchant_goods_id: requiredText(32, "商户侧商品编码"),
      wechatpay_goods_id: text(32, "微信支付商品编码"),
      goods_name: text(256, "商品名称"),
      unit_price: { type: "integer", required: true, min: 0, label: "商品单价" },
      refund_amount: { type: "integer", required: true, min: 0, label: "商品退款金额" },
      refund_quantity: { type: "integer", required: true, min: 1, label: "商品退货数量" },
    },
  },
};

/** Body of the new attempt at an abnormal refund. https://pay.weixin.qq.com/doc/v3/merchant/4012791905 */
export const abnormalRefundFields: Fields = {
  sub_mchid: subMchid,
  out_refund_no: outRefundNo,
  type: { ...requiredText(32, "异常退款处理方式"), oneOf: ["USER_BANK_CARD", "MERCHANT_BANK_CARD"] },
  bank_type: text(16, "开户银行"),
  bank_account: text(1024, "收款银行卡号"),
  real_name: text(1024, "收款用户姓名"),
};
