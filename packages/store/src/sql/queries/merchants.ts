import type { App, ChannelAccount, Merchant } from "@payhub/domain";
import { isDuplicateKey } from "../duplicate-key.ts";
import type { Db } from "../open.ts";

/** Stores a merchant. */
export async function insertMerchant(db: Db, merchant: Merchant): Promise<void> {
  await db.insertInto("merchant").values(merchant).execute();
}

/** Finds a merchant. */
export async function findMerchant(db: Db, merchantNo: string): Promise<Merchant | undefined> {
  return db.selectFrom("merchant").selectAll().where("merchantNo", "=", merchantNo).executeTakeFirst();
}

/** Stores an account. */
export async function insertAccount(db: Db, account: ChannelAccount): Promise<void> {
  await db.insertInto("channel_account").values(account).execute();
}

/** Finds an account. */
export async function findAccount(db: Db, accountNo: string): Promise<ChannelAccount | undefined> {
  return db.selectFrom("channel_account").selectAll().where("accountNo", "=", accountNo).executeTakeFirst();
}

/** Changes whether an account takes new payments. */
export async function setAccountStatus(
  db: Db,
  accountNo: string,
  status: ChannelAccount["status"],
  nowMs: number,
): Promise<void> {
  await db
    .updateTable("channel_account")
    .set({ status, updatedAt: nowMs })
    .where("accountNo", "=", accountNo)
    .execute();
}

/** Stores an app. */
export async function insertApp(db: Db, app: App): Promise<void> {
  await db.insertInto("app").values(app).execute();
}

/** Finds an app. */
export async function findApp(db: Db, appId: string): Promise<App | undefined> {
  return db.selectFrom("app").selectAll().where("appId", "=", appId).executeTakeFirst();
}

/** Lets an app use an account; granting twice changes nothing. */
export async function insertGrant(db: Db, grant: { appId: string; accountNo: string; nowMs: number }): Promise<void> {
  const { appId, accountNo, nowMs } = grant;
  try {
    await db.insertInto("app_grant").values({ appId, accountNo, createdAt: nowMs, updatedAt: nowMs }).execute();
  } catch (error) {
    if (!isDuplicateKey(error, "app_grant_app_account")) throw error;
  }
}

/** Whether an app may use an account. */
export async function hasGrant(db: Db, appId: string, accountNo: string): Promise<boolean> {
  const row = await db
    .selectFrom("app_grant")
    .select("id")
    .where("appId", "=", appId)
    .where("accountNo", "=", accountNo)
    .executeTakeFirst();
  return row !== undefined;
}
