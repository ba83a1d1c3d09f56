import type { Channel } from "./channel.ts";
import { SimulatorError } from "./error.ts";

/**
 * What the payer sees; `amount` in fen, `expiresAt` in epoch ms. A bar code that no merchant has scanned yet is
 * `waiting`, without merchant and amount; one that waits for the payer's password is `password`; a refused one `failed`.
 */
export interface PayerView {
  channel: Channel;
  /** What names the order in the other actions: a QR code, a bar code's digits, a link or a prepay id. */
  code: string;
  merchantName: string;
  subject: string;
  amount: number;
  state: "unpaid" | "paid" | "closed" | "expired" | "waiting" | "password" | "failed";
  expiresAt: number;
  /** Where the payer's browser goes afterwards, paid or not. */
  returnUrl?: string | undefined;
}

export interface PayerCodeOptions {
  /** Whether the wallet asks for a password, so that the payment waits for `confirm` or `refuse`; false by default. */
  password?: boolean | undefined;
  /** `ok` by default. */
  balance?: "ok" | "not_enough" | undefined;
  /** Whether a device read it from the payer's face instead of a bar code; false by default. */
  face?: boolean | undefined;
}

/** What a merchant's page or app hands to the wallet: WeChat Pay's fields, or Alipay's `tradeNO` object or order string. */
export type InvocationParams = string | Readonly<Record<string, string>>;

interface OrderActions {
  /** Scans the code (at Alipay this is the moment the trade comes into being). */
  open(code: string): PayerView;
  /** Pays; the callback is under way when this returns. */
  pay(code: string): PayerView;
  /** Turns away: the order stays unpaid until it expires or is closed; a bar code's payment fails. */
  refuse(code: string): PayerView;
  /** Types the password that the payment of a bar code waits for. */
  confirm(code: string): PayerView;
  /** Follows an h5, wap or pc link as the payer's browser does. */
  visit(url: string): PayerView;
  /** Takes client parameters as the wallet does, signature included, and shows the order. */
  invoke(params: InvocationParams): PayerView;
}

/** What a payer can do; all throw `SimulatorError`. */
export interface PayerActions extends OrderActions {
  /** Shows a fresh bar code and returns its digits. */
  payerCode(channel: Channel, options?: PayerCodeOptions): string;
}

export interface ChannelPayer {
  channel: Channel;
  /** True when the text looks like one of the channel's codes or links, known or not. */
  owns(code: string): boolean;
  /** True when these look like parameters for the channel's wallet. */
  ownsParams(params: InvocationParams): boolean;
  actions: OrderActions & { payerCode(options: PayerCodeOptions): string };
}

/** One payer for all channels: each code goes to the channel that owns it. */
export function createPayer(channels: readonly ChannelPayer[]): PayerActions {
  function ownerOf(shown: string, owns: (channel: ChannelPayer) => boolean): ChannelPayer["actions"] {
    const owner = channels.find(owns);
    if (!owner) throw new SimulatorError("UNKNOWN_CODE", `no channel knows ${shown.slice(0, 128)}`);
    return owner.actions;
  }
  const at = (code: string) => ownerOf(code, (channel) => channel.owns(code));
  return {
    open: (code) => at(code).open(code),
    pay: (code) => at(code).pay(code),
    refuse: (code) => at(code).refuse(code),
    confirm: (code) => at(code).confirm(code),
    visit: (url) => at(url).visit(url),
    invoke: (params) => ownerOf(JSON.stringify(params), (channel) => channel.ownsParams(params)).invoke(params),
    payerCode: (channel, options = {}) => ownerOf(channel, (one) => one.channel === channel).payerCode(options),
  };
}
