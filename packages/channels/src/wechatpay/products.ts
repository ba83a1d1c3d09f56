import { z } from "zod";
import type { ChargeRequest } from "../channel.ts";
import { invokeApp, invokeJsapi } from "./invoke.ts";
import { parseJson } from "./parse-json.ts";
import type { Product } from "./place-order.ts";

const nativeAnswer = z.object({ code_url: z.string().min(1).max(512) });
const prepayAnswer = z.object({ prepay_id: z.string().min(1).max(64) });
const h5Answer = z.object({ h5_url: z.url({ protocol: /^https?$/ }).max(512) });

/** A code for the payer to scan: https://pay.weixin.qq.com/doc/v3/merchant/4012791877 */
export const nativeProduct: Product<ChargeRequest> = {
  path: "native",
  actionFrom(body, { expiresAt }) {
    const answer = parseJson(nativeAnswer, body);
    return answer && { type: "show_qr", codeUrl: answer.code_url, expiresAt };
  },
};

/** A page inside WeChat, or a mini-program: https://pay.weixin.qq.com/doc/v3/merchant/4012791856 */
export const jsapiProduct: Product<ChargeRequest & { scene: "jsapi" | "miniprogram" }> = {
  path: "jsapi",
  actionFrom(body, { scene }, line) {
    const answer = parseJson(prepayAnswer, body);
    return answer && invokeJsapi(line, { scene, prepayId: answer.prepay_id });
  },
};

/** A mobile app with WeChat's SDK: https://pay.weixin.qq.com/doc/v3/merchant/4013070347 */
export const appProduct: Product<ChargeRequest> = {
  path: "app",
  actionFrom(body, _request, line) {
    const answer = parseJson(prepayAnswer, body);
    return answer && invokeApp(line, answer.prepay_id);
  },
};

/** A phone's browser outside WeChat; only the way back may be added to the link: https://pay.weixin.qq.com/doc/v3/merchant/4012791834 */
export const h5Product: Product<ChargeRequest & { scene: "h5" }> = {
  path: "h5",
  actionFrom(body, { returnUrl }) {
    const answer = parseJson(h5Answer, body);
    if (!answer) return undefined;
    const back = returnUrl === undefined ? "" : `&redirect_url=${encodeURIComponent(returnUrl)}`;
    return { type: "redirect", url: `${answer.h5_url}${back}` };
  },
};
