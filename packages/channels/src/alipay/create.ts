import type { ChargeOutcome, ChargeRequest } from "../channel.ts";
import { payInApp, payOnPcPage, payOnPhonePage } from "./page.ts";
import { pay } from "./pay.ts";
import { precreate } from "./precreate.ts";
import { createTrade } from "./trade-create.ts";
import type { AccountLine } from "./transport.ts";

/** Asks Alipay for one attempt: each scene has its own product. */
export async function create(line: AccountLine, request: ChargeRequest): Promise<ChargeOutcome> {
  switch (request.scene) {
    case "qr":
      return precreate(line, request);
    case "barcode":
    case "face":
      return pay(line, request);
    case "jsapi":
    case "miniprogram":
      return createTrade(line, request);
    case "app":
      return payInApp(line, request);
    case "h5":
      return payOnPhonePage(line, request);
    case "pc":
      return payOnPcPage(line, request);
  }
}
