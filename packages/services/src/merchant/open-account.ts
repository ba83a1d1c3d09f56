import { channelOf } from "@payhub/channels";
import { type ChannelAccount, issueNumber, PayhubError, samePayee } from "@payhub/domain";
import { addCredentialVersion, findAccount, findMerchant, insertAccount, setAccountStatus } from "@payhub/store";
import { credentialOwner } from "../account/credentials.ts";
import type { ServiceContext } from "../context.ts";

/** Opens a merchant's account at a channel; the credentials are checked, sealed and never given out again. */
export async function openAccount(
  ctx: ServiceContext,
  input: { merchantNo: string; channel: string; name: string; credentials: unknown; feeRate?: number },
): Promise<ChannelAccount> {
  const { merchantNo, channel, name, credentials } = input;
  if (!ctx.channels.has(channel)) throw unknownChannel(ctx, channel);
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
    feeRate: input.feeRate ?? null,
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

/** Gives an account new credentials of the same payee; the ones before stay live beside them for callbacks that are on their way. */
export async function rotateCredentials(
  ctx: ServiceContext,
  { accountNo, credentials }: { accountNo: string; credentials: unknown },
): Promise<void> {
  const account = await findAccount(ctx.store.db, accountNo);
  if (!account) throw unknownAccount(accountNo);
  const plugin = channelOf(ctx.channels, account.channel);
  const runtime = { clock: ctx.clock, random: ctx.random, deadlineMs: ctx.settings.channelDeadlineMs };
  const { payee } = plugin.connect([plugin.readCredentials(credentials)], runtime);
  const { connection } = await ctx.connections.of(accountNo);
  if (!samePayee(payee, connection.payee)) {
    // Orders of the payee before would be asked about at the wrong one.
    const names = Object.keys(payee).join(" and ");
    throw new PayhubError("INVALID_INPUT", `credentials are of another ${names}; open an account of its own for it`, {
      details: { issues: [{ path: "credentials", message: `another ${names}` }] },
    });
  }
  const sealed = sealCredentials(ctx, accountNo, credentials);
  await ctx.store.transaction((tx) => addCredentialVersion(tx, accountNo, sealed, ctx.clock.now()));
}

/** Retires an account: it takes no new payment, and what it took before still settles. Refuses with `NOT_FOUND` when there is none. */
export async function retireAccount(ctx: ServiceContext, accountNo: string): Promise<void> {
  if (!(await findAccount(ctx.store.db, accountNo))) throw unknownAccount(accountNo);
  await setAccountStatus(ctx.store.db, accountNo, "retired", ctx.clock.now());
}

function unknownAccount(accountNo: string): PayhubError {
  return new PayhubError("NOT_FOUND", `there is no channel account ${accountNo}`);
}

function unknownChannel({ channels }: ServiceContext, channel: string): PayhubError {
  const known = [...channels.keys()].join(", ");
  return new PayhubError("INVALID_INPUT", `channel: there is no channel "${channel}"; use one of ${known}`, {
    details: { issues: [{ path: "channel", message: `must be one of ${known}` }] },
  });
}

function sealCredentials(ctx: ServiceContext, accountNo: string, credentials: unknown): string {
  return ctx.keyring.seal(credentialOwner(accountNo), "credentials", JSON.stringify(credentials));
}
