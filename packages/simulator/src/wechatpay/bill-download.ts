import { pipeline, Readable } from "node:stream";
import { createGzip } from "node:zlib";
import { billChunks, billContent } from "./bill-content.ts";
import { noStatementExist } from "./bill-request.ts";
import { invalidRequest, WechatpayError } from "./errors.ts";
import type { Answer, AuthorizedRequest, Route } from "./handler.ts";
import type { Wechatpay } from "./trade.ts";

/** The file behind an address: a signed request, an answer that is not. https://pay.weixin.qq.com/doc/v3/merchant/4012791909 */
export const billDownloadRoute: Route = {
  method: "GET",
  url: "/v3/billdownload/file",
  mode: "direct",
  operation: "bill_download",
  handle: download,
};

function download(wechatpay: Wechatpay, { query, merchant }: AuthorizedRequest): Answer {
  const { core, billTokens } = wechatpay;
  const token = billTokens.get(query.get("token") ?? "");
  if (!token) throw invalidRequest("token无效，请重新申请账单");
  const { question, expiresAt } = token;
  if (question.mchid !== merchant.mchid) throw new WechatpayError(403, "NO_AUTH", "商户无权下载该账单");
  if (core.clock.now() >= expiresAt) throw invalidRequest("账单下载地址已失效，请重新申请账单");
  const content = billContent(wechatpay, question);
  if (!content) throw noStatementExist();
  const plain = Readable.from(billChunks(wechatpay, question, content));
  if (!question.isGzip) return { file: { contentType: "text/plain", content: plain } };
  // A reader who goes away is no failure of ours; the pipeline ends both streams.
  const packed = pipeline(plain, createGzip(), () => undefined);
  return { file: { contentType: "application/x-gzip", content: packed } };
}
