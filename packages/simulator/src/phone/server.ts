import type { FastifyInstance } from "fastify";
import Fastify from "fastify";
import type { Core, LedgerEntry } from "../core/channel.ts";
import type { PayerActions } from "../core/payer.ts";

export interface PhoneOptions {
  core: Core;
  payer: PayerActions;
  ledger(): LedgerEntry[];
}

/** Builds the phone page's server. */
export function createPhoneServer(_options: PhoneOptions): FastifyInstance {
  return Fastify({ forceCloseConnections: true });
}
