import { issueNumber } from "@payhub/domain";
import type { BillSpoil } from "@payhub/simulator";
import type { Dice } from "./dice.ts";
import { feeOf, type Market } from "./market.ts";
import { differs, type Expected, lineOf, spoil } from "./mornings.ts";
import type { LivedDay, PlainLine } from "./random-day.ts";

type Only = "trade" | "fund_flow" | undefined;

/** How a day's bills were spoiled so far. */
interface Spoiling {
  market: Market;
  dice: Dice;
  lived: LivedDay;
  /** What the spoils add to the account by each bill, in fen. */
  net: { trade: number; fundFlow: number };
  isTorn: { trade: boolean; fundFlow: boolean };
}

const ON_LINES = { drop: 4, amount: 4, duplicate: 3, fee: 2, torn: 2, status: 1 } as const;
const ON_BILLS = { add: 4, sum: 3 } as const;

/** Spoils a day's bills at random, and adds what its runs must find for it to what is expected. */
export function spoilAtRandom(market: Market, dice: Dice, lived: LivedDay): void {
  const spoiling: Spoiling = {
    market,
    dice,
    lived,
    net: { trade: 0, fundFlow: 0 },
    isTorn: { trade: false, fundFlow: false },
  };
  const { lines, expected } = lived;
  const spoiled = new Set<unknown>();
  const sums: Only[] = [];
  for (let left = lines.length > 0 ? dice.between(0, 5) : 0; left > 0; left--) {
    if (dice.isLucky(0.25)) {
      if (dice.weighed(ON_BILLS) === "add") expected.push(addLine(spoiling));
      else sums.push(dice.isLucky(0.5) ? "trade" : "fund_flow");
      continue;
    }
    const line = dice.pick(lines.filter(({ trade }) => !spoiled.has(trade)));
    if (!line) continue;
    spoiled.add(line.trade);
    spoilLine(spoiling, line);
  }
  expected.push(...spoilSums(spoiling, sums));
  const { net, isTorn } = spoiling;
  const delta = net.fundFlow - net.trade;
  // What a torn line moved is not known.
  if (delta !== 0 && !isTorn.trade && !isTorn.fundFlow) {
    expected.push(differs("fund_flow_mismatch", "sums_differ", { delta }));
  }
}

/** Writes the spoil into both bills or one, and takes down what it adds to the account there. */
function write(
  { market, lived, net }: Spoiling,
  { how, adds, only }: { how: BillSpoil; adds: number; only: Only },
): void {
  const { channel, day } = lived;
  spoil(market, { channel, day, ...(only && { only }), how });
  if (only !== "fund_flow") net.trade += adds;
  if (only !== "trade") net.fundFlow += adds;
}

function addLine(spoiling: Spoiling): Expected {
  const { dice, market } = spoiling;
  const amount = dice.between(1, 90_000);
  const isOurs = dice.isLucky(0.5);
  const number = issueNumber("attempt", market.ctx);
  const outTradeNo = isOurs ? number : `SHOP${number.slice(-12)}`;
  const only = dice.isLucky(0.5) ? "trade" : undefined;
  write(spoiling, { how: { kind: "add", outTradeNo, amount }, adds: amount - feeOf(amount), only });
  return differs("missing_here", isOurs ? "bill_wrong" : "foreign_order", { delta: amount, about: outTradeNo });
}

function spoilSums({ market, dice, lived, isTorn }: Spoiling, sums: readonly Only[]): Expected[] {
  const { channel, day } = lived;
  return [...new Set(sums)].flatMap((only) => {
    if (!only) return [];
    spoil(market, { channel, day, only, how: { kind: "sum", by: dice.between(1, 999) } });
    // Sums of money are checked only when every line could be read.
    const isChecked = only === "trade" ? !isTorn.trade : !isTorn.fundFlow;
    return isChecked ? [differs("summary_mismatch", "sums_differ")] : [];
  });
}

function spoilLine(spoiling: Spoiling, line: PlainLine): void {
  const { dice, lived } = spoiling;
  const { trade, refundNo, amount, fee, net, isAtMidnight } = line;
  const match = lineOf(trade, refundNo);
  const about = refundNo ?? trade.attemptNo;
  const sign = refundNo === undefined ? 1 : -1;
  const only = dice.isLucky(0.5) ? "trade" : undefined;
  // Money before midnight is looked for in two bills.
  const kind = isAtMidnight ? "drop" : dice.weighed(ON_LINES);
  const { expected, expectedNext, channel } = lived;
  switch (kind) {
    case "drop": {
      write(spoiling, { how: { kind, match }, adds: -net, only });
      const missing = differs("missing_there", "bill_wrong", { delta: -sign * amount, about });
      if (!isAtMidnight) {
        expected.push(missing);
        return;
      }
      const waiting = differs("day_boundary", "near_midnight", { delta: -sign * amount, about });
      expected.push({ ...waiting, differenceState: "resolved" });
      expectedNext.push(missing);
      return;
    }
    case "amount": {
      const by = dice.between(1, 500);
      write(spoiling, { how: { kind, match, amount: amount + by }, adds: sign * by, only });
      // Alipay calls an order closed when all of it went back, and says no more of what was paid.
      const isSilent = channel === "alipay" && sign === 1 && isAllBack(line);
      const cause = isSilent ? "channel_silent" : "bill_wrong";
      expected.push(differs("amount_mismatch", cause, { delta: sign * by, about }));
      return;
    }
    case "duplicate":
      write(spoiling, { how: { kind, match }, adds: net, only });
      expected.push(differs("duplicate_line", "written_twice", { delta: sign * amount, about }));
      return;
    case "fee": {
      const by = sign * dice.between(5, 90);
      write(spoiling, { how: { kind, match, fee: fee + by }, adds: -by, only: "trade" });
      const agreed = sign * feeOf(amount);
      expected.push(differs("fee_mismatch", "fee_rate", { delta: fee + by - agreed, about }));
      return;
    }
    case "torn": {
      const torn = only ?? "fund_flow";
      write(spoiling, { how: { kind: "malformed", match }, adds: 0, only: torn });
      spoiling.isTorn[torn === "trade" ? "trade" : "fundFlow"] = true;
      expected.push(differs("malformed_line", "unreadable"));
      return;
    }
    case "status":
      spoilStatus(spoiling, line);
  }
}

function isAllBack({ trade: { charged, refunds } }: PlainLine): boolean {
  return refunds.reduce((sum, { amount }) => sum + amount, 0) === charged;
}

/** A refund that failed, and a payment that was revoked, as WeChat Pay writes them. */
function spoilStatus(spoiling: Spoiling, { trade, refundNo, amount, net }: PlainLine): void {
  const { channel, expected } = spoiling.lived;
  if (channel === "alipay") return;
  const isRefund = refundNo !== undefined;
  const how: BillSpoil = { kind: "status", match: lineOf(trade, refundNo), status: isRefund ? "FAIL" : "REVOKED" };
  write(spoiling, { how, adds: isRefund ? amount : -2 * net, only: "trade" });
  const delta = isRefund ? amount : -amount;
  expected.push(differs("status_mismatch", "bill_wrong", { delta, about: refundNo ?? trade.attemptNo }));
}

const ACCIDENTS: readonly BillSpoil[] = [
  { kind: "wrong_hash" },
  { kind: "cut", at: 0.5 },
  { kind: "not_ready", times: 1 },
];

/** Makes one of a day's bills one that cannot be used at first. */
export function breakBill({ platform }: Market, dice: Dice, { channel, day }: LivedDay) {
  const how = dice.pick(ACCIDENTS);
  const billKind = dice.pick(["trade", "fund_flow"] as const);
  if (!how || !billKind) throw new Error("there is nothing to break");
  platform.simulator.bills.spoil({ channel, billKind, businessDay: day, spoil: how });
  return {
    channel,
    runState: how.kind === "not_ready" ? "waiting" : "refused",
    mend: () => platform.simulator.bills.reissue({ channel, billKind, businessDay: day }),
  };
}
