import { CHANNELS, type ChannelName } from "../refunds.ts";
import type { Dice } from "./dice.ts";
import { feeOf, type Market, type Trade } from "./market.ts";
import { differs, type Expected } from "./mornings.ts";
import { payAndCancel, payLate, payPastPayhub, payTwice, refundPastPayhub } from "./rare-trades.ts";

/** A line of a bill that books and channel agree on, so that it can be spoiled; `net` is what it adds to the account, in fen. */
export interface PlainLine {
  trade: Trade;
  refundNo: string | undefined;
  amount: number;
  fee: number;
  net: number;
  /** Within the last minutes of its day. */
  isAtMidnight: boolean;
}

/** What happened at a channel on a day. */
export interface LivedDay {
  channel: ChannelName;
  day: string;
  lines: PlainLine[];
  /** The differences that come of it without any spoil, on this day and on the next. */
  expected: Expected[];
  expectedNext: Expected[];
}

/** Trades that can still be refunded, by channel. */
export type Refundable = Record<ChannelName, Trade[]>;

/** After the morning's runs, so that time never goes back. */
const WAVES = ["13:00:00", "15:30:00", "18:00:00", "21:00:00"] as const;
const LATE = "23:59:50";
const LAST = "23:59:59";
const TRADES_AT_MOST = 40;
const QUIET = 0.12;

type Task = () => Promise<void>;

/** Lets both channels have a random day; money around midnight only when another day follows. */
export async function liveRandomDay(
  market: Market,
  dice: Dice,
  { day, isLast, refundable }: { day: string; isLast: boolean; refundable: Refundable },
): Promise<LivedDay[]> {
  const lived = CHANNELS.map((channel): LivedDay => ({ channel, day, lines: [], expected: [], expectedNext: [] }));
  const isQuiet = CHANNELS.map(() => dice.isLucky(QUIET));
  const busy = lived.filter((_, index) => !isQuiet[index]);
  for (const wave of WAVES) {
    market.at(day, wave);
    // All is decided before anything is done, so that a seed tells one story.
    const tasks = busy.flatMap((one) => [
      ...paymentsOf(market, dice, { one, refundable }),
      ...refundsOf(market, dice, { one, refundable }),
    ]);
    await Promise.all(tasks.map((task) => task()));
    for (const channel of CHANNELS) refundable[channel].sort((one, other) => one.charged - other.charged);
    // These let time pass, which is for nobody else to see.
    for (const { channel } of busy.filter(() => dice.isLucky(0.08))) {
      await payAndCancel(market, channel, dice.between(100, 50_000));
    }
    if (busy.length === CHANNELS.length && dice.isLucky(0.05)) await payTwice(market, dice.between(100, 50_000));
  }
  for (const one of isLast ? [] : busy) await aroundMidnight(market, dice, { one, refundable });
  for (const { lines } of lived) lines.sort((one, other) => one.net - other.net);
  return lived;
}

interface Place {
  one: LivedDay;
  refundable: Refundable;
}

const PAYMENTS = { plain: 76, unheard: 7, oneCent: 5, late: 3, lateUnheard: 3, unknown: 3 } as const;

function paymentsOf(market: Market, dice: Dice, place: Place): Task[] {
  // Mostly a few, now and then very many.
  const most = dice.isLucky(0.05) ? TRADES_AT_MOST / WAVES.length : 2;
  return Array.from({ length: dice.between(0, most) }, () => paymentTask(market, dice, place));
}

function paymentTask(market: Market, dice: Dice, { one, refundable }: Place): Task {
  const { channel, expected } = one;
  const amount = dice.isLucky(0.1) ? dice.between(1, 99) : dice.between(100, 500_000);
  const scene = dice.pick(["qr", "h5", "barcode"] as const) ?? "qr";
  switch (dice.weighed(PAYMENTS)) {
    case "plain":
      return async () => void refundable[channel].push(await payPlainly(market, one, { amount, scene }));
    case "unheard":
      return async () => {
        const { attemptNo: about } = await market.pay({ channel, amount, isHeard: false });
        expected.push(differs("status_mismatch", "never_heard", { delta: amount, about }));
      };
    case "oneCent":
      return async () => {
        const { attemptNo: about } = await market.pay({ channel, amount: amount + 1, isOneCent: true });
        expected.push(differs("one_cent", "one_cent_switch", { about }));
      };
    case "late":
      return async () => void (await payLate(market, channel, { amount }));
    case "lateUnheard":
      return async () => {
        const { attemptNo: about } = await payLate(market, channel, { amount, isHeard: false });
        expected.push(differs("status_mismatch", "late_money", { delta: amount, about }));
      };
    case "unknown":
      return async () => {
        const about = await payPastPayhub(market, { channel, amount });
        expected.push(differs("missing_here", "unknown_order", { delta: amount, about }));
      };
  }
}

async function payPlainly(
  market: Market,
  one: LivedDay,
  {
    amount,
    scene = "qr",
    isAtMidnight = false,
  }: { amount: number; scene?: "qr" | "h5" | "barcode"; isAtMidnight?: boolean },
): Promise<Trade> {
  const trade = await market.pay({ channel: one.channel, amount, scene });
  const fee = feeOf(amount);
  one.lines.push({ trade, refundNo: undefined, amount, fee, net: amount - fee, isAtMidnight });
  return trade;
}

const REFUNDS = { whole: 30, partial: 46, closed: 6, abnormal: 6, unheard: 8, portal: 4 } as const;

function refundsOf(market: Market, dice: Dice, place: Place): Task[] {
  const chosen = place.refundable[place.one.channel].filter(() => dice.isLucky(0.1));
  return chosen.map((trade) => refundTask(market, dice, { ...place, trade }));
}

function refundTask(market: Market, dice: Dice, { one, refundable, trade }: Place & { trade: Trade }): Task {
  const { channel, expected } = one;
  const left = leftOf(trade);
  const part = dice.between(1, left);
  const kind = dice.weighed(REFUNDS);
  if (kind !== "partial" || part === left) takeOut(refundable[channel], trade);
  // When all of it went back past payhub, Alipay says of such an order that it is closed and no more.
  if (kind === "portal") one.lines = one.lines.filter((line) => line.trade !== trade);
  switch (kind) {
    case "whole":
    case "partial":
      return () => refundPlainly(market, one, { trade, amount: kind === "whole" ? left : part });
    case "closed":
    case "abnormal":
      return async () => void (await market.refund(trade, { amount: part, end: kind }));
    case "unheard":
      return async () => {
        const { refundNo: about } = await market.refund(trade, { amount: part, isHeard: false });
        expected.push(differs("status_mismatch", "refund_not_heard", { delta: -part, about }));
      };
    case "portal":
      return async () => {
        const about = await refundPastPayhub(market, trade, part);
        expected.push(differs("missing_here", "refund_past_payhub", { delta: -part, about }));
      };
  }
}

function takeOut(trades: Trade[], trade: Trade): void {
  trades.splice(trades.indexOf(trade), 1);
}

function leftOf({ charged, refunds }: Trade): number {
  return refunds.reduce((left, { amount }) => left - amount, charged);
}

async function refundPlainly(
  market: Market,
  one: LivedDay,
  { trade, amount }: { trade: Trade; amount: number },
): Promise<void> {
  const left = leftOf(trade);
  const { refundNo } = await market.refund(trade, { amount });
  const before = trade.charged - left;
  // Alipay returns fees in step with all that went back so far.
  const fee = one.channel === "alipay" ? feeOf(before) - feeOf(before + amount) : 0 - feeOf(amount);
  one.lines.push({ trade, refundNo, amount, fee, net: -amount - fee, isAtMidnight: false });
}

/** A payment before midnight that both sides have on this day, and a refund that the channel has on the next. */
async function aroundMidnight(market: Market, dice: Dice, { one, refundable }: Place): Promise<void> {
  const { channel, day, expected, expectedNext } = one;
  const trade = dice.isLucky(0.5) ? dice.pick(refundable[channel]) : undefined;
  market.at(day, LATE);
  if (dice.isLucky(0.4)) await payPlainly(market, one, { amount: dice.between(100, 9_999), isAtMidnight: true });
  if (!trade) return;
  market.at(day, LAST);
  takeOut(refundable[channel], trade);
  const { refundNo: about, amount } = await market.refund(trade, { amount: dice.between(1, leftOf(trade)) });
  expected.push({ ...differs("day_boundary", "near_midnight", { delta: amount, about }), differenceState: "resolved" });
  expectedNext.push(differs("day_boundary", "other_day", { delta: -amount, about }));
}
