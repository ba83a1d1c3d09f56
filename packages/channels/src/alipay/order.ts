import { type Scene, yuanFromFen } from "@payhub/domain";
import type { ChargeRequest } from "../channel.ts";
import { beijingTime } from "./beijing-time.ts";
import { alipaySubject } from "./text.ts";
import type { AccountLine } from "./transport.ts";

const MINUTE_MS = 60_000;

/** A charge of one scene, or of some. */
export type ChargeOf<S extends Scene> = Extract<ChargeRequest, { scene: S }>;

/**
 * What every ordering method is told. The absolute `time_expire` ends the order when the attempt ends, however late a repeated
 * call or the payer's browser comes; naming the seller keeps the money from any other account of the app.
 */
export function orderOf(line: AccountLine, request: ChargeRequest): Readonly<Record<string, string>> {
  return {
    total_amount: yuanFromFen(request.amount),
    subject: alipaySubject(request.subject),
    seller_id: line.sellerId,
    time_expire: beijingTime(request.expiresAt),
    timeout_express: timeoutOf(request),
  };
}

/** How long the order lives, in whole minutes: `15m`. */
export function timeoutOf({ createdAt, expiresAt }: ChargeRequest): string {
  return `${Math.max(1, Math.ceil((expiresAt - createdAt) / MINUTE_MS))}m`;
}
