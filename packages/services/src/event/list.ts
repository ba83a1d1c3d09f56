import { findEventsAfter } from "@payhub/store";
import type { Caller, ServiceContext } from "../context.ts";
import { type PositionedEvent, withPosition } from "./pull.ts";

/** Reads an app's part of the log after a position, acknowledged or not: a reader that goes on from `nextAfter` misses nothing. */
export async function listEvents(
  ctx: ServiceContext,
  { appId }: Caller,
  { after, limit }: { after: number; limit: number },
): Promise<{ events: PositionedEvent[]; nextAfter: number }> {
  await ctx.publisher.publish();
  const rows = await findEventsAfter(ctx.store.db, { appId, after, limit });
  return { events: rows.map(withPosition), nextAfter: rows.at(-1)?.position ?? after };
}
