import type { AlipayAnswer } from "./errors.ts";
import { signText } from "./sign.ts";

/**
 * The gateway's JSON body: `{"<method>_response":{…},"sign":"…"}`, signed over the raw bytes of the inner object.
 * Keys run code, msg, sub_code, sub_msg, then the business fields in ASCII order. Without a key no `sign` is written.
 * Source: https://opendocs.alipay.com/common/02mse7
 */
export function renderEnvelope(options: {
  method: string | undefined;
  answer: AlipayAnswer;
  privateKeyPem: string | undefined;
}): string {
  const { code, msg, sub_code, sub_msg, ...fields } = options.answer;
  const sorted = Object.fromEntries(Object.entries(fields).sort(([a], [b]) => (a < b ? -1 : 1)));
  const content = JSON.stringify({ code, msg, sub_code, sub_msg, ...sorted });
  const key = options.method ? `${options.method.replaceAll(".", "_")}_response` : "error_response";
  const { privateKeyPem } = options;
  if (!privateKeyPem) return `{${JSON.stringify(key)}:${content}}`;
  return `{${JSON.stringify(key)}:${content},"sign":${JSON.stringify(signText(content, privateKeyPem))}}`;
}
