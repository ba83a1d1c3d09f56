import type { Scene } from "@payhub/domain";
import type { ChargeOutcome, ChargeRequest } from "../channel.ts";
import { precreate } from "./precreate.ts";
import type { AccountLine } from "./transport.ts";

/** How each scene asks for money. */
const OPERATIONS: Readonly<Partial<Record<Scene, typeof precreate>>> = {
  qr: precreate,
};

/** Asks Alipay for one attempt; throws for a scene that the plugin does not offer, which is a fault of the caller. */
export async function create(line: AccountLine, request: ChargeRequest): Promise<ChargeOutcome> {
  const operation = OPERATIONS[request.scene];
  if (!operation) throw new Error(`Alipay has no operation for scene "${request.scene}"`);
  return operation(line, request);
}
