import Fastify from "fastify";
import type { ChannelSimulator, Core } from "../core/channel.ts";
import { SimulatorError } from "../core/error.ts";

export interface AlipayOptions {
  merchants: [];
}

/** Builds the Alipay gateway. */
export function createAlipaySimulator(_core: Core, _options: AlipayOptions): ChannelSimulator {
  const refuse = (): never => {
    throw new SimulatorError("UNKNOWN_CODE", "no such code");
  };
  return {
    channel: "alipay",
    server: Fastify({ forceCloseConnections: true }),
    payer: { owns: () => false, actions: { open: refuse, pay: refuse, refuse } },
    ledger: () => [],
  };
}
