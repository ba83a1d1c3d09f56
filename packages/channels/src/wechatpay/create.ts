import type { ChargeOutcome, ChargeRequest } from "../channel.ts";
import { codepay } from "./codepay.ts";
import { payerWords } from "./identity.ts";
import type { Line } from "./line.ts";
import { placeOrder } from "./place-order.ts";
import { appProduct, h5Product, jsapiProduct, nativeProduct } from "./products.ts";

/** Asks for one attempt's money with the product that serves its scene; the same request is the same body. */
export async function create(line: Line, request: ChargeRequest): Promise<ChargeOutcome> {
  switch (request.scene) {
    case "qr":
      return placeOrder(line, request, nativeProduct);
    case "jsapi":
    case "miniprogram":
      return placeOrder(line, request, jsapiProduct, { payer: payerWords(line.credentials, request.openid) });
    case "app":
      return placeOrder(line, request, appProduct);
    case "h5":
      return placeOrder(line, request, h5Product, {
        scene_info: { payer_client_ip: request.clientIp, h5_info: { type: "Wap" } },
      });
    case "barcode":
    case "face":
      return codepay(line, request);
    case "pc":
      throw new Error(`WeChat Pay has no product for scene "${request.scene}"`);
  }
}
