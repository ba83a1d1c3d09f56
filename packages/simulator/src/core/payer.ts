import type { Channel } from "./channel.ts";
import { SimulatorError } from "./error.ts";

/** What the payer sees after scanning; `amount` in fen, `expiresAt` in epoch ms. */
export interface PayerView {
  channel: Channel;
  code: string;
  merchantName: string;
  subject: string;
  amount: number;
  state: "unpaid" | "paid" | "closed" | "expired";
  expiresAt: number;
}

/** What a payer can do with a QR code; all throw `SimulatorError`. */
export interface PayerActions {
  /** Scans the code (at Alipay this is the moment the trade comes into being). */
  open(code: string): PayerView;
  /** Pays; the callback is under way when this returns. */
  pay(code: string): PayerView;
  /** Turns away without paying: the order stays unpaid until it expires or is closed. */
  refuse(code: string): PayerView;
}

export interface ChannelPayer {
  /** True when the text looks like one of the channel's codes, known or not. */
  owns(code: string): boolean;
  actions: PayerActions;
}

/** One payer for all channels: each code goes to the channel that owns it. */
export function createPayer(channels: readonly ChannelPayer[]): PayerActions {
  function at(code: string): PayerActions {
    const owner = channels.find((channel) => channel.owns(code));
    if (!owner) throw new SimulatorError("UNKNOWN_CODE", `no channel knows the code ${code.slice(0, 128)}`);
    return owner.actions;
  }
  return {
    open: (code) => at(code).open(code),
    pay: (code) => at(code).pay(code),
    refuse: (code) => at(code).refuse(code),
  };
}
