import type { Attempt } from "@payhub/domain";
import { type Db, findByChannelNumbers } from "@payhub/store";
import type { Violation } from "./check.ts";

/** What a channel says of one trade. */
export interface ChannelTrade {
  channel: string;
  outTradeNo: string;
  channelTradeNo?: string | undefined;
  /** Fen. */
  amount: number;
  state: "unpaid" | "paid" | "closed";
  /** What the channel gave back of it; amounts in fen. */
  refunds?: readonly { outRefundNo: string; amount: number; state: string }[] | undefined;
}

const PAGE = 500;
const NOT_TAKEN = "no money is counted that the channel did not take";

/** Makes a check that an attempt which counts as paid is among a channel's trades. */
export function checkAgainst(trades: readonly ChannelTrade[]): (attempts: readonly Attempt[]) => Violation[] {
  const nameOf = (channel: string, outTradeNo: string) => `${channel} ${outTradeNo}`;
  const known = new Set(trades.map(({ channel, outTradeNo }) => nameOf(channel, outTradeNo)));
  return (attempts) =>
    attempts
      .filter(({ state, channel, attemptNo }) => state === "succeeded" && !known.has(nameOf(channel, attemptNo)))
      .map(({ channel, attemptNo }) => ({
        rule: NOT_TAKEN,
        subject: nameOf(channel, attemptNo),
        found: "the channel knows no such trade",
      }));
}

/** Checks that money which a channel took is in our books, settled or held, and that we count none that it did not take. */
export async function checkChannelTrades(db: Db, trades: readonly ChannelTrade[]): Promise<Violation[]> {
  const violations: Violation[] = [];
  for (const channel of new Set(trades.map((trade) => trade.channel))) {
    const own = trades.filter((trade) => trade.channel === channel);
    for (let from = 0; from < own.length; from += PAGE) {
      const page = own.slice(from, from + PAGE);
      const books = await findByChannelNumbers(db, { channel, outTradeNos: page.map(({ outTradeNo }) => outTradeNo) });
      for (const trade of page) violations.push(...compare(trade, books), ...compareRefunds(trade, books));
    }
  }
  return violations;
}

const GAVE_BACK = "what the channel gave back is in the books, and the reverse";

function compareRefunds(trade: ChannelTrade, books: Awaited<ReturnType<typeof findByChannelNumbers>>): Violation[] {
  const own = books.refunds.filter(
    ({ attemptNo, chargedAmount }) => attemptNo === trade.outTradeNo && chargedAmount > 0,
  );
  const given = (trade.refunds ?? []).filter(({ state }) => state === "succeeded");
  const missingHere = given.filter(
    ({ outRefundNo, amount }) =>
      !own.some(
        ({ refundNo, chargedAmount, status }) =>
          refundNo === outRefundNo && chargedAmount === amount && (status === "created" || status === "succeeded"),
      ),
  );
  const missingThere = own.filter(
    ({ refundNo, status }) => status === "succeeded" && !given.some(({ outRefundNo }) => outRefundNo === refundNo),
  );
  const subject = `${trade.channel} ${trade.outTradeNo}`;
  return [
    ...missingHere.map(({ outRefundNo }) => ({
      rule: GAVE_BACK,
      subject,
      found: `${outRefundNo} is not in the books`,
    })),
    ...missingThere.map(({ refundNo }) => ({ rule: GAVE_BACK, subject, found: `${refundNo} is not at the channel` })),
  ];
}

function compare(trade: ChannelTrade, books: Awaited<ReturnType<typeof findByChannelNumbers>>): Violation[] {
  const attempt = books.attempts.find(({ attemptNo }) => attemptNo === trade.outTradeNo);
  const held = books.heldReceipts.some(({ channelTradeNo }) => channelTradeNo === trade.channelTradeNo);
  const counted = attempt?.state === "succeeded" && attempt.channelTradeNo === trade.channelTradeNo;
  const subject = `${trade.channel} ${trade.outTradeNo}`;
  if (trade.state === "paid") {
    if (!counted && !held) {
      return [
        { rule: "what the channel took is in the books", subject, found: `attempt is ${attempt?.state ?? "missing"}` },
      ];
    }
    if (counted && attempt.chargedAmount !== trade.amount) {
      return [
        {
          rule: "both sides name the same amount",
          subject,
          found: `${attempt.chargedAmount}, channel ${trade.amount}`,
        },
      ];
    }
    return [];
  }
  if (attempt?.state !== "succeeded") return [];
  return [{ rule: NOT_TAKEN, subject, found: `the channel says ${trade.state}` }];
}
