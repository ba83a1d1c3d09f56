import { X509Certificate } from "node:crypto";
import { toBeijingRfc3339 } from "./beijing-time.ts";
import { WechatpayError } from "./errors.ts";
import type { Route } from "./handler.ts";
import { encryptResource } from "./sign.ts";

/** Platform certificates, encrypted with the APIv3 key. https://pay.weixin.qq.com/doc/v3/merchant/4012551764 */
export const certificatesRoute: Route = {
  method: "GET",
  url: "/v3/certificates",
  mode: "direct",
  operation: "certificates",
  handle(_wechatpay, { merchant }) {
    const { certificates } = merchant.platform;
    if (certificates.length === 0) {
      const message = "无可用的平台证书，请在商户平台-API安全申请使用微信支付公钥。";
      throw new WechatpayError(404, "RESOURCE_NOT_EXISTS", message);
    }
    const data = certificates.map(({ serialNo, certificatePem }) => {
      const { validFromDate, validToDate } = new X509Certificate(certificatePem);
      return {
        serial_no: serialNo,
        effective_time: toBeijingRfc3339(validFromDate.getTime()),
        expire_time: toBeijingRfc3339(validToDate.getTime()),
        encrypt_certificate: encryptResource({
          plaintext: certificatePem,
          associatedData: "certificate",
          apiV3Key: merchant.apiV3Key,
        }),
      };
    });
    return { body: { data } };
  },
};
