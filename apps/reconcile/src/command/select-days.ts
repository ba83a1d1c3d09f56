import { boundsOfDay, type ChannelAccount, PayhubError } from "@payhub/domain";
import { type Db, findAccount, pageAccounts } from "@payhub/store";
import type { CommandOptions } from "./options.ts";

/** One account's one day. */
export interface AccountDay {
  account: ChannelAccount;
  businessDay: string;
}

const PAGE = 500;

/**
 * Finds the accounts that were asked for, or every active one, and gives their days, oldest first; unless asked for by its number
 * an account has no day before it was opened. Refuses unknown accounts with `NOT_FOUND`.
 */
export async function selectDays(db: Db, { days, accountNos }: CommandOptions): Promise<AccountDay[]> {
  if (accountNos.length > 0) {
    const accounts = await findAccounts(db, accountNos);
    return days.flatMap((businessDay) => accounts.map((account) => ({ account, businessDay })));
  }
  const accounts = await findActiveAccounts(db);
  return days.flatMap((businessDay) => {
    const { toMs } = boundsOfDay(businessDay);
    return accounts.filter(({ createdAt }) => createdAt < toMs).map((account) => ({ account, businessDay }));
  });
}

async function findAccounts(db: Db, accountNos: readonly string[]): Promise<ChannelAccount[]> {
  const accounts: ChannelAccount[] = [];
  const unknown: string[] = [];
  for (const accountNo of accountNos) {
    const account = await findAccount(db, accountNo);
    if (account) accounts.push(account);
    else unknown.push(accountNo);
  }
  if (unknown.length === 0) return accounts;
  throw new PayhubError("NOT_FOUND", `there is no account ${unknown.join(", ")}`, { details: { accountNos: unknown } });
}

async function findActiveAccounts(db: Db): Promise<ChannelAccount[]> {
  const accounts: ChannelAccount[] = [];
  for (;;) {
    const page = await pageAccounts(db, { afterAccountNo: accounts.at(-1)?.accountNo ?? "", limit: PAGE });
    accounts.push(...page);
    if (page.length < PAGE) return accounts.filter(({ status }) => status === "active");
  }
}
