import { randomBytes } from "node:crypto";
import { type DayTotal, type Difference, issueNumber, type ReconciliationRun } from "@payhub/domain";
import { dayTotalOf, differenceOf, runOf } from "@payhub/domain/test/books";
import { findDifference, findDifferenceActions, insertDifferences, insertRun } from "@payhub/store";
import type { TestPlatform } from "@payhub/testkit";
import type { Viewer } from "../src/context.ts";

/** The operators' own app. */
export const CONSOLE: Viewer = { appId: "APP20261121080000000000000000009", role: "console" };

/** The platform's app, as it is seen by what shows each app its own. */
export function businessOf({ caller }: TestPlatform): Viewer {
  return { ...caller, role: "business" };
}

/** Stores a difference of the platform's app and WeChat Pay account, as a run does. */
export async function found(platform: TestPlatform, changes: Partial<Difference> = {}): Promise<Difference> {
  const { ctx, caller, accounts } = platform;
  const { accountNo, merchantNo, channel } = accounts.wechatpay;
  const nowMs = ctx.clock.now();
  const difference = differenceOf({
    differenceNo: issueNumber("difference", ctx),
    fingerprint: randomBytes(32).toString("hex"),
    appId: caller.appId,
    accountNo,
    merchantNo,
    channel,
    createdAt: nowMs,
    updatedAt: nowMs,
    ...changes,
  });
  await ctx.store.transaction((tx) => insertDifferences(tx, [difference], []));
  return difference;
}

/** Stores what the platform's app and WeChat Pay account came to on a day. */
export async function counted({ ctx, caller, accounts }: TestPlatform, changes: Partial<DayTotal> = {}): Promise<void> {
  const { accountNo, merchantNo, channel } = accounts.wechatpay;
  const total = dayTotalOf({ accountNo, merchantNo, channel, appId: caller.appId, ...changes });
  await ctx.store.db.insertInto("day_total").values(total).execute();
}

/** Stores a run of the platform's WeChat Pay account. */
export async function ran(
  { ctx, accounts }: TestPlatform,
  changes: Partial<ReconciliationRun> = {},
): Promise<ReconciliationRun> {
  const { accountNo, merchantNo, channel } = accounts.wechatpay;
  const run = runOf({ runNo: issueNumber("run", ctx), accountNo, merchantNo, channel, ...changes });
  await insertRun(ctx.store.db, run);
  return run;
}

/** A difference as it is stored. */
export async function kept(
  { ctx }: TestPlatform,
  { differenceNo }: Pick<Difference, "differenceNo">,
): Promise<Difference> {
  const difference = await findDifference(ctx.store.db, differenceNo);
  if (!difference) throw new Error(`there is no difference ${differenceNo}`);
  return difference;
}

/** Who did what about a difference, in order. */
export async function actsOn(
  { ctx }: TestPlatform,
  { differenceNo }: Pick<Difference, "differenceNo">,
): Promise<string[]> {
  const actions = await findDifferenceActions(ctx.store.db, differenceNo);
  return actions.map(({ actor, actionKind, note }) => `${actor} ${actionKind}: ${note}`);
}
