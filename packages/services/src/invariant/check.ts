import type { Db } from "@payhub/store";
import { readAuditPage } from "@payhub/store";
import { type ChannelTrade, checkAgainst, checkChannelTrades } from "./check-channel-trades.ts";
import { checkPayment } from "./check-payment.ts";

/** A rule that the books break, and where. */
export interface Violation {
  rule: string;
  /** The payment, attempt or trade concerned. */
  subject: string;
  found: string;
}

const PAGE = 500;

/**
 * Checks the books against the platform's invariants: one receipt counts, one event for each transition and no gap, every
 * published event on its way to its app, charged = amount or one fen, and, given every trade that the channels know, the same
 * money on both sides. Reads page by page; an empty list means that all hold.
 */
export async function checkInvariants(
  db: Db,
  { channelTrades }: { channelTrades?: readonly ChannelTrade[] } = {},
): Promise<Violation[]> {
  const violations: Violation[] = [];
  const findUntaken = channelTrades ? checkAgainst(channelTrades) : () => [];
  for (let afterId = 0; ; ) {
    const page = await readAuditPage(db, { afterId, limit: PAGE });
    const last = page.payments.at(-1);
    if (!last) break;
    afterId = last.id;
    for (const payment of page.payments) violations.push(...checkPayment(payment, page));
    violations.push(...findUntaken(page.attempts));
  }
  if (channelTrades) violations.push(...(await checkChannelTrades(db, channelTrades)));
  return violations;
}
