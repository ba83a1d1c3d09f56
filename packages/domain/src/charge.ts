/** How the payer is asked. */
export const SCENES = ["qr", "barcode", "jsapi", "miniprogram", "app", "h5", "pc", "face"] as const;
export type Scene = (typeof SCENES)[number];

/** What the business does next so that the payer can pay. */
export type PayerAction =
  /** Draw `codeUrl` as a QR code; the channel honours it until `expiresAt` (epoch ms). */
  | { type: "show_qr"; codeUrl: string; expiresAt: number }
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
