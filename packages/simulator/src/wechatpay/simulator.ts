import Fastify from "fastify";
import type { ChannelSimulator, Core } from "../core/channel.ts";
import { SimulatorError } from "../core/error.ts";
import type { WechatpayMerchant } from "./merchant.ts";

export interface WechatpayOptions {
  merchants: WechatpayMerchant[];
}

export function createWechatpaySimulator(_core: Core, _options: WechatpayOptions): ChannelSimulator {
  const refuse = (): never => {
    throw new SimulatorError("UNKNOWN_CODE", "no such code");
  };
  return {
    channel: "wechatpay",
    server: Fastify({ forceCloseConnections: true }),
    payer: { owns: () => false, actions: { open: refuse, pay: refuse, refuse } },
    ledger: () => [],
  };
}
