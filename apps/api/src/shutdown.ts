import type { Logger } from "@payhub/runtime";
import type { Http } from "./http.ts";
import type { Wiring } from "./wire.ts";

/**
 * Stops an api: readiness fails, nothing new is accepted, subscriptions and long polls end, calls in flight and the work
 * after them finish within `graceMs`, then the database and Redis are closed. False when the grace was not enough.
 */
export async function shutDown(
  { http, wiring, log }: { http: Http; wiring: Pick<Wiring, "stop" | "idle" | "close">; log: Logger },
  graceMs: number,
): Promise<boolean> {
  wiring.stop();
  const finished = http.server.close().then(() => wiring.idle());
  http.drain();
  const clean = await within(finished, graceMs);
  if (!clean) {
    log.warn({ graceMs }, "the grace is over; what still runs is cut");
    http.server.server.closeAllConnections();
  }
  await wiring.close();
  return clean;
}

async function within(work: Promise<unknown>, timeoutMs: number): Promise<boolean> {
  const { promise: late, resolve } = Promise.withResolvers<boolean>();
  const timer = setTimeout(resolve, timeoutMs, false);
  try {
    return await Promise.race([work.then(() => true), late]);
  } finally {
    clearTimeout(timer);
  }
}
