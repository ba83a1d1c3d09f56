import type { Payment } from "@payhub/client";
import type { Scene, SceneInput } from "@payhub/domain";
import type { PayerCodeOptions, Simulator } from "@payhub/simulator";
import type { Channel } from "./fleet.ts";

/** One way to pay. */
export interface Way {
  name: string;
  channel: Channel;
  scene: Scene;
  /** Only on a computer's page: how the browser goes to the channel. */
  pageMethod?: "get" | "post";
  /** Who tells the channel of the order: payhub's own call, the payer's device with what payhub signed, or a till. */
  placedBy: "call" | "device" | "till";
  /** From when on the channel knows a trade that can be closed. */
  knownFrom: "placed" | "opened" | "paid";
  /** The shortest time that it can be paid in. */
  livesMs: number;
}

const MINUTE_MS = 60_000;
const atWechatpay = { channel: "wechatpay", placedBy: "call", knownFrom: "placed", livesMs: MINUTE_MS } as const;
const atAlipay = { channel: "alipay", placedBy: "device", knownFrom: "opened", livesMs: MINUTE_MS } as const;
const wechatpayTill = { ...atWechatpay, placedBy: "till", livesMs: 45_000 } as const;
const alipayTill = { ...atAlipay, placedBy: "till", knownFrom: "placed" } as const;
const alipayTrade = { ...atAlipay, placedBy: "call", knownFrom: "placed" } as const;

/** Every way to pay at both channels. */
export const WAYS: readonly Way[] = [
  { name: "wechatpay qr", ...atWechatpay, scene: "qr" },
  { name: "wechatpay jsapi", ...atWechatpay, scene: "jsapi" },
  { name: "wechatpay miniprogram", ...atWechatpay, scene: "miniprogram" },
  { name: "wechatpay app", ...atWechatpay, scene: "app" },
  { name: "wechatpay h5", ...atWechatpay, scene: "h5" },
  { name: "wechatpay barcode", ...wechatpayTill, scene: "barcode" },
  { name: "wechatpay face", ...wechatpayTill, scene: "face" },
  { name: "alipay qr", ...atAlipay, placedBy: "call", scene: "qr" },
  { name: "alipay jsapi", ...alipayTrade, scene: "jsapi" },
  { name: "alipay miniprogram", ...alipayTrade, scene: "miniprogram" },
  { name: "alipay app", ...atAlipay, knownFrom: "paid", scene: "app" },
  { name: "alipay h5", ...atAlipay, scene: "h5" },
  { name: "alipay pc get", ...atAlipay, scene: "pc", pageMethod: "get" },
  { name: "alipay pc post", ...atAlipay, scene: "pc", pageMethod: "post" },
  { name: "alipay barcode", ...alipayTill, scene: "barcode" },
  { name: "alipay face", ...alipayTill, scene: "face" },
];

/** What the business says beside the order; at a till the payer shows a fresh code. */
export function inputOf(
  { payer }: Simulator,
  { channel, scene, pageMethod = "get" }: Way,
  code: PayerCodeOptions = {},
): SceneInput {
  switch (scene) {
    case "qr":
    case "app":
      return { scene };
    case "jsapi":
    case "miniprogram":
      return { scene, openid: `o-${crypto.randomUUID()}` };
    case "h5":
      return { scene, clientIp: "203.0.113.7" };
    case "pc":
      return { scene, returnUrl: "https://shop.example.com/back", pageMethod };
    case "barcode":
    case "face":
      return { scene, authCode: payer.payerCode(channel, { ...code, face: scene === "face" }), storeNo: "S001" };
  }
}

/** Does what the payer's device does with an answer, up to the order on its screen; returns what names the order there. */
export async function reach({ payer }: Simulator, { action }: Pick<Payment, "action">): Promise<string> {
  switch (action.type) {
    case "show_qr":
      return action.codeUrl;
    case "redirect":
      payer.visit(action.url);
      return action.url;
    case "submit_form": {
      const body = new URLSearchParams(action.fields);
      const answer = await fetch(action.url, { method: "POST", body, redirect: "manual" });
      const cashier = answer.headers.get("location") ?? "";
      payer.visit(cashier);
      return cashier;
    }
    case "invoke_jsapi":
    case "invoke_app":
      return payer.invoke(action.parameters).code;
    case "wait":
    case "none":
      throw new Error(`"${action.type}" shows the payer nothing`);
  }
}
