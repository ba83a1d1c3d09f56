/** How the payer is asked. */
export const SCENES = ["qr", "barcode", "jsapi", "miniprogram", "app", "h5", "pc", "face"] as const;
export type Scene = (typeof SCENES)[number];

/**
 * What a scene needs beside the order itself. `openid` is the payer's id at the channel (WeChat Pay: under the account's own appid;
 * Alipay: `2088…` user id or open id). `authCode` is what the cashier scanned, or the face token; it is used up by one attempt.
 */
export type SceneInput =
  | { scene: "qr" }
  | { scene: "barcode"; authCode: string; storeNo: string }
  | { scene: "face"; authCode: string; storeNo: string }
  | { scene: "jsapi"; openid: string }
  | { scene: "miniprogram"; openid: string }
  | { scene: "app" }
  | { scene: "h5"; clientIp: string; returnUrl?: string | undefined }
  | { scene: "pc"; returnUrl: string; pageMethod: "get" | "post" };

/** What the business does next so that the payer can pay. */
export type PayerAction =
  /** Draw `codeUrl` as a QR code; the channel honours it until `expiresAt` (epoch ms). */
  | { type: "show_qr"; codeUrl: string; expiresAt: number }
  /** Send the payer's browser to `url`. */
  | { type: "redirect"; url: string }
  /** Let the payer's browser post `fields` to `url`, as a form in UTF-8. */
  | { type: "submit_form"; url: string; fields: Readonly<Record<string, string>> }
  /** Hand `parameters` to the channel's JavaScript in the page or mini-program, unchanged. */
  | { type: "invoke_jsapi"; parameters: Readonly<Record<string, string>> }
  /** Hand `parameters` to the channel's SDK in the app, unchanged. */
  | { type: "invoke_app"; parameters: Readonly<Record<string, string>> }
  /** Nothing to do: the payer is asked on the phone, and payhub keeps asking the channel. */
  | { type: "wait" }
  /** Nothing: the order is already settled or no longer payable. */
  | { type: "none" };

/** A channel's own word that money arrived; every number as the channel wrote it, the amount in fen. */
export interface Receipt {
  outTradeNo: string;
  channelTradeNo: string;
  /** Fen, as the order's total at the channel. */
  amount: number;
  currency: string;
  /** Epoch ms of the channel's success time. */
  paidAt: number;
  /** Who received it at the channel: `mchid`/`appid`, or `appId`/`sellerId`. */
  payee: Readonly<Record<string, string>>;
}
