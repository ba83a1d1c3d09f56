import { channelOf } from "@payhub/channels";
import { type ChannelAccount, issueNumber, PayhubError } from "@payhub/domain";
import { addCredentialVersion, findAccount, findMerchant, insertAccount, setAccountStatus } from "@payhub/store";
import { credentialOwner } from "../account/credentials.ts";
import type { ServiceContext } from "../context.ts";

/** Opens a merchant's account at a channel; the credentials are checked, sealed and never given out again. */
export async function openAccount(
  ctx: ServiceContext,
  input: { merchantNo: string; channel: string; name: string; credentials: unknown },
): Promise<ChannelAccount> {
  const { merchantNo, channel, name, credentials } = input;
  channelOf(ctx.channels, channel).readCredentials(credentials);
  if (!(await findMerchant(ctx.store.db, merchantNo)))
    throw new PayhubError("NOT_FOUND", `there is no merchant ${merchantNo}`);
  const nowMs = ctx.clock.now();
  const account: ChannelAccount = {
    accountNo: issueNumber("account", ctx),
    merchantNo,
    channel,
    name,
    status: "active",
    createdAt: nowMs,
    updatedAt: nowMs,
  };
  const sealed = sealCredentials(ctx, account.accountNo, credentials);
  await ctx.store.transaction(async (tx) => {
    await insertAccount(tx, account);
    await addCredentialVersion(tx, account.accountNo, sealed, nowMs);
  });
  return account;
}

/** Gives an account new credentials; the ones before stay live beside them for callbacks that are on their way. */
export async function rotateCredentials(
  ctx: ServiceContext,
  { accountNo, credentials }: { accountNo: string; credentials: unknown },
): Promise<void> {
  const account = await findAccount(ctx.store.db, accountNo);
  if (!account) throw new PayhubError("NOT_FOUND", `there is no channel account ${accountNo}`);
  channelOf(ctx.channels, account.channel).readCredentials(credentials);
  const sealed = sealCredentials(ctx, accountNo, credentials);
  await ctx.store.transaction((tx) => addCredentialVersion(tx, accountNo, sealed, ctx.clock.now()));
}

/** Retires an account: it takes no new payment, and what it took before still settles. */
export async function retireAccount(ctx: ServiceContext, accountNo: string): Promise<void> {
  await setAccountStatus(ctx.store.db, accountNo, "retired", ctx.clock.now());
}

function sealCredentials(ctx: ServiceContext, accountNo: string, credentials: unknown): string {
  return ctx.keyring.seal(credentialOwner(accountNo), "credentials", JSON.stringify(credentials));
}
