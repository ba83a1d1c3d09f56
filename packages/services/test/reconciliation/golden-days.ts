import { addDays, issueNumber } from "@payhub/domain";
import { CHANNELS, type ChannelName } from "../refunds.ts";
import { feeOf, type Market } from "./market.ts";
import { differs, type Expected, lineOf, spoil } from "./mornings.ts";
import { payAndCancel, payLate, payPastPayhub, payTwice, refundPastPayhub } from "./rare-trades.ts";

/** What two days of one channel are to be told of, in words of the differences that their runs find. */
export interface GoldenDays {
  first: Expected[];
  /** Ended by the second day's run. */
  midnight: Expected[];
  second: Expected[];
}

/** Lets both channels have a day with every class of difference and a day after it that says the rest. */
export async function liveGoldenDays(market: Market): Promise<Record<ChannelName, GoldenDays>> {
  const day = market.firstDay;
  const golden: Record<ChannelName, GoldenDays> = {
    wechatpay: { first: [], midnight: [], second: [] },
    alipay: { first: [], midnight: [], second: [] },
  };
  const inTurn = async (time: string, live: (channel: ChannelName) => Promise<void>, on = day) => {
    for (const channel of CHANNELS) {
      market.at(on, time);
      await live(channel);
    }
  };
  const first = (steps: (market: Market, channel: ChannelName, day: string) => Promise<Expected[]>) => {
    return async (channel: ChannelName) => void golden[channel].first.push(...(await steps(market, channel, day)));
  };
  await inTurn("09:00:00", first(paymentsOf));
  await inTurn("12:00:00", first(refundsOf));
  await inTurn("14:00:00", first(ordersPastPayhub));
  await inTurn("15:00:00", async (channel) => {
    await payLate(market, channel);
    await payAndCancel(market, channel, 1_500);
  });
  market.at(day, "16:00:00");
  await payTwice(market, 2_200);
  await aroundMidnight(market, golden);
  const next = addDays(day, 1);
  const second = async (channel: ChannelName) =>
    void golden[channel].second.push(...(await unreadableLines(market, channel, next)));
  await inTurn("10:00:00", second, next);
  return golden;
}

async function paymentsOf(market: Market, channel: ChannelName, day: string): Promise<Expected[]> {
  const pay = (amount: number, own: { isHeard?: boolean; isOneCent?: boolean } = {}) =>
    market.pay({ channel, amount, ...own });
  await pay(1_000);
  await market.pay({ channel, amount: 1_111, scene: "h5" });
  await market.pay({ channel, amount: 1_222, scene: "barcode" });
  const unheard = await pay(1_288, { isHeard: false });
  const late = await payLate(market, channel, { amount: 1_390, isHeard: false });
  const lost = await pay(1_500);
  const changed = await pay(1_600);
  const dear = await pay(10_000);
  const twice = await pay(1_700);
  const oneCent = await pay(8_800, { isOneCent: true });
  spoil(market, { channel, day, how: { kind: "drop", match: lineOf(lost) } });
  spoil(market, { channel, day, how: { kind: "amount", match: lineOf(changed), amount: 1_650 } });
  spoil(market, { channel, day, only: "trade", how: { kind: "fee", match: lineOf(dear), fee: 67 } });
  spoil(market, { channel, day, how: { kind: "duplicate", match: lineOf(twice) } });
  spoil(market, { channel, day, only: "trade", how: { kind: "sum", by: 5 } });
  spoil(market, { channel, day, only: "fund_flow", how: { kind: "sum", by: 3 } });
  // Both fees moved as agreed, and WeChat Pay's failed refund is one that moved money.
  const flows = 67 - feeOf(10_000) - 10 - (channel === "wechatpay" ? 240 : 0);
  return [
    differs("status_mismatch", "never_heard", { delta: 1_288, about: unheard.attemptNo }),
    differs("status_mismatch", "late_money", { delta: 1_390, about: late.attemptNo }),
    differs("missing_there", "bill_wrong", { delta: -1_500, about: lost.attemptNo }),
    differs("amount_mismatch", "bill_wrong", { delta: 50, about: changed.attemptNo }),
    differs("fee_mismatch", "fee_rate", { delta: 7, about: dear.attemptNo }),
    differs("duplicate_line", "written_twice", { delta: 1_700, about: twice.attemptNo }),
    differs("one_cent", "one_cent_switch", { delta: 0, about: oneCent.attemptNo }),
    differs("summary_mismatch", "sums_differ", { delta: 0 }),
    differs("summary_mismatch", "sums_differ", { delta: 0 }),
    differs("fund_flow_mismatch", "sums_differ", { delta: flows }),
  ];
}

async function refundsOf(market: Market, channel: ChannelName, day: string): Promise<Expected[]> {
  const paid = (amount = 3_000) => market.pay({ channel, amount });
  const whole = await paid(900);
  await market.refund(whole, { amount: 900 });
  await market.refund(await paid(), { amount: 1_100 });
  await market.refund(await paid(), { amount: 1_200, end: "closed" });
  await market.refund(await paid(), { amount: 1_300, end: "abnormal" });
  const unheard = await market.refund(await paid(), { amount: 210, isHeard: false });
  const [lost, changed, failed] = [await paid(), await paid(), await paid()];
  const lostBack = await market.refund(lost, { amount: 220 });
  const changedBack = await market.refund(changed, { amount: 230 });
  const failedBack = await market.refund(failed, { amount: 240 });
  const inParts = await paid();
  await market.refund(inParts, { amount: 42 });
  const costly = await paid();
  const costlyBack = await market.refund(costly, { amount: 2_000 });
  const tooMuch = { kind: "fee", match: lineOf(costly, costlyBack.refundNo), fee: -22 } as const;
  spoil(market, { channel, day, only: "trade", how: tooMuch });
  // Alipay calls an order closed when all of it went back, heard of or not.
  const gone = await paid(260);
  const goneBack = await market.refund(gone, { amount: 260, isHeard: false });
  spoil(market, { channel, day, how: { kind: "drop", match: lineOf(gone) } });
  const portal = await paid();
  const portalNo = await refundPastPayhub(market, portal, 250);
  spoil(market, { channel, day, how: { kind: "drop", match: lineOf(lost, lostBack.refundNo) } });
  spoil(market, { channel, day, how: { kind: "amount", match: lineOf(changed, changedBack.refundNo), amount: 130 } });
  // Alipay's bills have no refunds that failed.
  const isFailed = channel === "wechatpay";
  const failure = { kind: "status", match: lineOf(failed, failedBack.refundNo), status: "FAIL" } as const;
  if (isFailed) spoil(market, { channel, day, only: "trade", how: failure });
  const failures = isFailed
    ? [differs("status_mismatch", "bill_wrong", { delta: 240, about: failedBack.refundNo })]
    : [];
  // The fee of both parts is a fen, which neither part's is.
  market.at(day, "12:05:00");
  await market.refund(inParts, { amount: 42 });
  return [
    differs("fee_mismatch", "fee_rate", { delta: -10, about: costlyBack.refundNo }),
    differs("status_mismatch", "refund_not_heard", { delta: -210, about: unheard.refundNo }),
    differs("status_mismatch", "refund_not_heard", { delta: -260, about: goneBack.refundNo }),
    differs("missing_there", "bill_wrong", { delta: -260, about: gone.attemptNo }),
    differs("missing_there", "bill_wrong", { delta: 220, about: lostBack.refundNo }),
    differs("amount_mismatch", "bill_wrong", { delta: 100, about: changedBack.refundNo }),
    differs("missing_here", "refund_past_payhub", { delta: -250, about: portalNo }),
    ...failures,
  ];
}

async function ordersPastPayhub(market: Market, channel: ChannelName, day: string): Promise<Expected[]> {
  const unknown = await payPastPayhub(market, { channel, amount: 3_100 });
  const foreign = await payPastPayhub(market, { channel, amount: 3_200, outTradeNo: `SHOP_${channel}` });
  const invented = issueNumber("attempt", market.ctx);
  spoil(market, { channel, day, how: { kind: "add", outTradeNo: invented, amount: 3_300 } });
  return [
    differs("missing_here", "unknown_order", { delta: 3_100, about: unknown }),
    differs("missing_here", "foreign_order", { delta: 3_200, about: foreign }),
    differs("missing_here", "bill_wrong", { delta: 3_300, about: invented }),
  ];
}

async function aroundMidnight(market: Market, golden: Record<ChannelName, GoldenDays>): Promise<void> {
  const day = market.firstDay;
  for (const channel of CHANNELS) {
    const { midnight, second } = golden[channel];
    market.at(day, "22:00:00");
    const trade = await market.pay({ channel, amount: 4_000 });
    market.at(day, "23:59:50");
    const lost = await market.pay({ channel, amount: 4_100 });
    spoil(market, { channel, day, how: { kind: "drop", match: lineOf(lost) } });
    market.at(day, "23:59:59");
    const { refundNo } = await market.refund(trade, { amount: 310 });
    midnight.push(
      differs("day_boundary", "near_midnight", { delta: -4_100, about: lost.attemptNo }),
      differs("day_boundary", "near_midnight", { delta: 310, about: refundNo }),
    );
    second.push(
      differs("missing_there", "bill_wrong", { delta: -4_100, about: lost.attemptNo }),
      differs("day_boundary", "other_day", { delta: -310, about: refundNo }),
    );
  }
}

/** A line that cannot be read stands for one record: a refund of the same order that has no line is missing. */
async function unreadableLines(market: Market, channel: ChannelName, day: string): Promise<Expected[]> {
  const torn = await market.pay({ channel, amount: 5_100 });
  const refundTorn = await market.pay({ channel, amount: 5_200 });
  await market.pay({ channel, amount: 5_300 });
  const lost = await market.refund(torn, { amount: 510 });
  const tornBack = await market.refund(refundTorn, { amount: 520 });
  const refundMatch = lineOf(refundTorn, tornBack.refundNo);
  spoil(market, { channel, day, only: "trade", how: { kind: "malformed", match: lineOf(torn) } });
  spoil(market, { channel, day, only: "trade", how: { kind: "malformed", match: refundMatch } });
  spoil(market, { channel, day, only: "fund_flow", how: { kind: "malformed", match: lineOf(refundTorn) } });
  spoil(market, { channel, day, how: { kind: "drop", match: lineOf(torn, lost.refundNo) } });
  return [
    differs("malformed_line", "unreadable"),
    differs("malformed_line", "unreadable"),
    differs("malformed_line", "unreadable"),
    differs("missing_there", "bill_wrong", { delta: 510, about: lost.refundNo }),
  ];
}
