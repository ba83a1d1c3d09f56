import type { Field, Fields } from "./fields.ts";
import { requiredText, text } from "./fields.ts";
import { identityFields, type Mode } from "./identity.ts";
import type { Product } from "./trade.ts";

const outTradeNo: Field = {
  type: "string",
  required: true,
  max: 32,
  label: "商户订单号",
  pattern: /^[0-9A-Za-z_\-|*]{6,32}$/,
};

const amount: Field = {
  type: "object",
  required: true,
  fields: { total: { type: "integer", required: true, min: 1, label: "总金额" }, currency: text(16, "货币类型") },
};

const settleInfo: Field = { type: "object", fields: { profit_sharing: { type: "boolean" } } };

/** Bar codes call WeChat's own article number otherwise than prepay does. */
function detail(wechatGoodsId: "wechatpay_goods_id" | "wxpay_goods_id"): Field {
  const goods: Fields = {
    merchant_goods_id: { ...requiredText(32, "商户侧商品编码"), pattern: /^[0-9A-Za-z_-]+$/ },
    [wechatGoodsId]: text(32, "微信支付商品编码"),
    goods_name: text(256, "商品名称"),
    quantity: { type: "integer", required: true, min: 1, label: "商品数量" },
    unit_price: { type: "integer", required: true, min: 0, label: "商品单价" },
  };
  return {
    type: "object",
    fields: {
      cost_price: { type: "integer", min: 0, label: "订单原价" },
      invoice_id: text(32, "商品小票ID"),
      goods_detail: { type: "array", max: 6000, items: goods },
    },
  };
}

const common: Fields = {
  description: requiredText(127, "商品描述"),
  out_trade_no: outTradeNo,
  attach: text(128, "商户数据包"),
  goods_tag: text(32, "订单优惠标记"),
  support_fapiao: { type: "boolean" },
  amount,
  settle_info: settleInfo,
};

const sceneInfo: Fields = {
  payer_client_ip: requiredText(45, "用户终端IP"),
  device_id: text(32, "商户端设备号"),
  store_info: {
    type: "object",
    fields: {
      id: requiredText(32, "门店编号"),
      name: text(256, "门店名称"),
      area_code: text(32, "地区编码"),
      address: text(512, "详细地址"),
    },
  },
};

const h5Info: Field = {
  type: "object",
  required: true,
  fields: {
    type: { ...requiredText(32, "场景类型"), oneOf: ["Wap", "iOS", "Android"] },
    app_name: text(64, "应用名称"),
    app_url: text(128, "网站URL"),
    bundle_id: text(128, "iOS平台BundleID"),
    package_name: text(128, "Android平台PackageName"),
  },
};

const openids: Readonly<Record<Mode, Fields>> = {
  direct: { openid: requiredText(128, "用户标识") },
  partner: { sp_openid: text(128, "用户服务标识"), sub_openid: text(128, "用户子标识") },
};

/** Body of a prepay. https://pay.weixin.qq.com/doc/v3/merchant/4012791877 and its siblings for JSAPI, APP and H5 */
export function prepayFields(product: Exclude<Product, "codepay">, mode: Mode): Fields {
  return {
    ...identityFields[mode],
    ...common,
    time_expire: text(64, "支付结束时间"),
    notify_url: requiredText(255, "商户回调地址"),
    detail: detail("wechatpay_goods_id"),
    scene_info:
      product === "h5"
        ? { type: "object", required: true, fields: { ...sceneInfo, h5_info: h5Info } }
        : { type: "object", fields: sceneInfo },
    ...(product === "jsapi" && { payer: { type: "object", required: true, fields: openids[mode] } }),
  };
}

/** Body of a bar code payment. https://pay.weixin.qq.com/doc/v3/merchant/4012382150 */
export function codepayFields(mode: Mode): Fields {
  const storeInfo: Fields = { id: text(32, "门店编号"), out_id: text(32, "商家自定义编码") };
  return {
    ...identityFields[mode],
    ...common,
    detail: detail("wxpay_goods_id"),
    payer: { type: "object", required: true, fields: { auth_code: requiredText(32, "付款码") } },
    scene_info: {
      type: "object",
      required: true,
      fields: {
        device_id: text(32, "商户端设备号"),
        device_ip: text(45, "商户端设备IP"),
        store_info: { type: "object", required: true, fields: storeInfo },
      },
    },
  };
}
