import { constants, privateDecrypt } from "node:crypto";
import { invalidRequest, paramError, resourceNotExists } from "./errors.ts";
import { checkFields, fieldError } from "./fields.ts";
import type { Answer, AuthorizedRequest, Route } from "./handler.ts";
import { ownerOf } from "./identity.ts";
import { parseJsonBody } from "./json-body.ts";
import { optionalText } from "./order-body.ts";
import type { Refund } from "./refund.ts";
import { refundBody } from "./refund-body.ts";
import { abnormalRefundFields } from "./refund-fields.ts";
import { scheduleRefund } from "./refund-settle.ts";
import type { Wechatpay } from "./trade.ts";

/** Send an abnormal refund to a bank card instead. https://pay.weixin.qq.com/doc/v3/merchant/4012791905 */
export const abnormalRefundRoute: Route = {
  method: "POST",
  url: "/v3/refund/domestic/refunds/:refundId/apply-abnormal-refund",
  mode: "direct",
  operation: "refund",
  outTradeNo: ({ refunds }, { params }) => refunds.byRefundId(params.refundId ?? "")?.outTradeNo,
  handle: applyAbnormalRefund,
};

function applyAbnormalRefund(wechatpay: Wechatpay, request: AuthorizedRequest): Answer {
  const { core, refunds, options } = wechatpay;
  const { merchant, params } = request;
  const json = parseJsonBody(request.body);
  checkFields(json, abnormalRefundFields);
  const owner = ownerOf(merchant, optionalText(json.sub_mchid));
  const refund = refunds.byRefundId(params.refundId ?? "");
  const isOwn = refund?.mchid === owner.mchid && refund.subMchid === owner.subMchid;
  if (!isOwn || refund.outRefundNo !== json.out_refund_no) throw resourceNotExists("退款单不存在");
  if (json.type === "USER_BANK_CARD") checkBankCard(wechatpay, request, json);
  if (refund.status !== "ABNORMAL") throw invalidRequest("仅异常状态的退款单可发起异常退款");
  const again: Refund = {
    ...refund,
    channel: "OTHER_BANKCARD",
    status: "PROCESSING",
    next: { status: "SUCCESS", at: core.clock.now() + options.refundDelayMs },
  };
  refunds.save(again);
  scheduleRefund(wechatpay, again);
  return { body: refundBody(again) };
}

/** The payer's card is named by three fields, two of them encrypted for the key that `Wechatpay-Serial` names. */
function checkBankCard({ keys }: Wechatpay, request: AuthorizedRequest, json: Record<string, unknown>): void {
  const { serial, merchant } = request;
  if (serial === undefined) throw paramError("HTTP header缺少微信支付平台证书序列号(Wechatpay-Serial)");
  const { certificates, publicKey } = merchant.platform;
  const pem =
    publicKey?.id === serial
      ? publicKey.privateKeyPem
      : certificates.find(({ serialNo }) => serialNo === serial)?.privateKeyPem;
  if (pem === undefined) throw paramError("平台证书序列号Wechatpay-Serial错误");
  if (json.bank_type === undefined) throw fieldError("/bank_type", undefined, "缺少必填字段");
  for (const name of ["bank_account", "real_name"]) {
    const value = json[name];
    if (typeof value !== "string") throw fieldError(`/${name}`, value, "缺少必填字段");
    try {
      const padding = constants.RSA_PKCS1_OAEP_PADDING;
      const bytes = Buffer.from(value, "base64");
      privateDecrypt({ key: keys.privateKey(pem), padding, oaepHash: "sha1" }, bytes);
    } catch {
      throw fieldError(`/${name}`, value, "解密失败");
    }
  }
}
