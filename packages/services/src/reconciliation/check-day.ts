import { channelOf } from "@payhub/channels";
import { boundsOfDay, type ChannelAccount, PayhubError } from "@payhub/domain";
import { findAccount, findBillFile } from "@payhub/store";
import type { ServiceContext } from "../context.ts";
import type { DayRequest } from "./context.ts";
import { isFetchable } from "./due-times.ts";

/**
 * The account of a day that can be reconciled. Refuses an unknown account with `NOT_FOUND`, and with `INVALID_INPUT` a day that is
 * none, that is not over, or whose bill neither the channel nor the bill store has any more.
 */
export async function checkDay(
  ctx: ServiceContext,
  { accountNo, businessDay }: Pick<DayRequest, "accountNo" | "businessDay">,
): Promise<ChannelAccount> {
  const account = await findAccount(ctx.store.db, accountNo);
  if (!account) throw new PayhubError("NOT_FOUND", `there is no channel account ${accountNo}`);
  const nowMs = ctx.clock.now();
  if (endOf(businessDay) > nowMs) throw badDay(`${businessDay} is not over in Shanghai; a bill is made the day after`);
  const { daysBack } = channelOf(ctx.channels, account.channel).bills;
  if (isFetchable(businessDay, { nowMs, daysBack })) return account;
  const stored = await findBillFile(ctx.store.db, { accountNo, businessDay, billKind: "trade" });
  if (!stored) throw badDay(`the channel keeps bills for ${daysBack} days, and none of ${businessDay} is stored`);
  return account;
}

function endOf(businessDay: string): number {
  try {
    return boundsOfDay(businessDay).toMs;
  } catch (error) {
    if (error instanceof RangeError) throw badDay("must be a day such as 2026-11-20");
    throw error;
  }
}

function badDay(message: string): PayhubError {
  return new PayhubError("INVALID_INPUT", `businessDay: ${message}`, {
    details: { issues: [{ path: "businessDay", message }] },
  });
}
