import type { BillLine, BookHeld, BookRefund } from "@payhub/domain";
import { type BookAttemptRow, findBookAttempts, findBookHeld, findBookRefunds } from "@payhub/store";
import type { RunScope } from "./scope.ts";

const NUMBERS_AT_ONCE = 500;

/** What the books know of some numbers, whatever their day and state. */
export interface LookedUp {
  attempts: ReadonlyMap<string, BookAttemptRow>;
  refunds: ReadonlyMap<string, BookRefund>;
  /** By the channel's trade number. */
  held: ReadonlyMap<string, BookHeld>;
}

/** Looks numbers up in the books, some hundred at a time. */
export async function lookUp(
  { ctx, run }: RunScope,
  numbers: { attemptNos: Iterable<string>; refundNos: Iterable<string>; channelTradeNos: Iterable<string> },
): Promise<LookedUp> {
  const { db } = ctx.store;
  const { accountNo, channel } = run;
  const attempts = new Map<string, BookAttemptRow>();
  const refunds = new Map<string, BookRefund>();
  const held = new Map<string, BookHeld>();
  const lookUpAttempts = async () => {
    for (const some of inBatches(numbers.attemptNos)) {
      for (const attempt of await findBookAttempts(db, some)) attempts.set(attempt.attemptNo, attempt);
    }
  };
  const lookUpRefunds = async () => {
    for (const some of inBatches(numbers.refundNos)) {
      for (const refund of await findBookRefunds(db, some)) refunds.set(refund.refundNo, refund);
    }
  };
  const lookUpHeld = async () => {
    for (const channelTradeNos of inBatches(numbers.channelTradeNos)) {
      for (const receipt of await findBookHeld(db, { accountNo, channel, channelTradeNos })) {
        held.set(receipt.channelTradeNo, receipt);
      }
    }
  };
  await Promise.all([lookUpAttempts(), lookUpRefunds(), lookUpHeld()]);
  return { attempts, refunds, held };
}

/** Looks up what some lines name. */
export function lookUpLines(scope: RunScope, lines: readonly BillLine[]): Promise<LookedUp> {
  return lookUp(scope, {
    attemptNos: lines.map(({ outTradeNo }) => outTradeNo),
    refundNos: lines.flatMap(({ outRefundNo }) => outRefundNo ?? []),
    channelTradeNos: lines.filter(({ kind }) => kind === "payment").map(({ channelTradeNo }) => channelTradeNo),
  });
}

/** Cuts different values into batches that one statement can name. */
export function inBatches(values: Iterable<string>): string[][] {
  const all = [...new Set(values)];
  const batches: string[][] = [];
  for (let from = 0; from < all.length; from += NUMBERS_AT_ONCE) batches.push(all.slice(from, from + NUMBERS_AT_ONCE));
  return batches;
}
