import { boundsOfDay, businessDay, type Difference } from "@payhub/domain";
import type { ServiceContext } from "../../context.ts";

/** A difference with the days that have passed since its business day. */
export type AgedDifference = Difference & { ageDays: number };

const DAY_MS = 86_400_000;

/** Tells how old a difference is today, Asia/Shanghai. */
export function withAge({ clock }: Pick<ServiceContext, "clock">, difference: Difference): AgedDifference {
  const today = boundsOfDay(businessDay(clock.now())).fromMs;
  return { ...difference, ageDays: (today - boundsOfDay(difference.businessDay).fromMs) / DAY_MS };
}
