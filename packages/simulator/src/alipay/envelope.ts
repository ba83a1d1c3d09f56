import type { AlipayAnswer } from "./errors.ts";
import type { AlipayMerchant } from "./merchant.ts";
import { signText } from "./sign.ts";

/**
 * The gateway's JSON body: `{"<method>_response":{…},"sign":"…"}`, signed over the raw bytes of the inner object.
 * Keys run code, msg, sub_code, sub_msg, then the business fields in ASCII order. Certificate mode names Alipay's
 * certificate before the `sign`; for an unknown app there is no key and no `sign`.
 * Source: https://opendocs.alipay.com/common/02mse7
 */
export function renderEnvelope(options: {
  method: string | undefined;
  answer: AlipayAnswer;
  merchant: Pick<AlipayMerchant, "alipayPrivateKeyPem" | "certificates"> | undefined;
}): string {
  const { code, msg, sub_code, sub_msg, ...fields } = options.answer;
  const sorted = Object.fromEntries(Object.entries(fields).sort(([a], [b]) => (a < b ? -1 : 1)));
  const content = JSON.stringify({ code, msg, sub_code, sub_msg, ...sorted });
  const key = options.method ? `${options.method.replaceAll(".", "_")}_response` : "error_response";
  const { merchant } = options;
  if (!merchant) return `{${JSON.stringify(key)}:${content}}`;
  const sign = JSON.stringify(signText(content, merchant.alipayPrivateKeyPem));
  const { certificates } = merchant;
  const certificate = certificates ? `"alipay_cert_sn":"${certificates.alipayCertSn}",` : "";
  return `{${JSON.stringify(key)}:${content},${certificate}"sign":${sign}}`;
}
