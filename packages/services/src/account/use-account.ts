import { PayhubError } from "@payhub/domain";
import { hasGrant } from "@payhub/store";
import type { Caller, ServiceContext } from "../context.ts";
import type { ConnectedAccount } from "./connections.ts";

const GRANT_FRESH_MS = 5_000;
const grantsOf = new WeakMap<ServiceContext, Map<string, number>>();

/** The account that an app wants to take a new payment with: granted to it and active. */
export async function useAccount(ctx: ServiceContext, caller: Caller, accountNo: string): Promise<ConnectedAccount> {
  if (!(await isGranted(ctx, caller, accountNo))) {
    throw new PayhubError("FORBIDDEN", `app ${caller.appId} may not use account ${accountNo}; ask for a grant`);
  }
  const connected = await ctx.connections.of(accountNo);
  if (connected.account.status === "retired") {
    throw new PayhubError("FORBIDDEN", `account ${accountNo} is retired and takes no new payment`);
  }
  return connected;
}

async function isGranted(ctx: ServiceContext, { appId }: Caller, accountNo: string): Promise<boolean> {
  let grants = grantsOf.get(ctx);
  if (!grants) {
    grants = new Map();
    grantsOf.set(ctx, grants);
  }
  const key = `${appId} ${accountNo}`;
  const seenAt = grants.get(key);
  if (seenAt !== undefined && ctx.clock.now() - seenAt < GRANT_FRESH_MS) return true;
  const granted = await hasGrant(ctx.store.db, appId, accountNo);
  if (granted) grants.set(key, ctx.clock.now());
  else grants.delete(key);
  return granted;
}
