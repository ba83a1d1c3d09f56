import type { Db } from "../open.ts";

/** A sealed secret that is in use. */
export interface LiveSecret {
  version: number;
  sealed: string;
}

/** An account's live credentials, the newest first. */
export async function findLiveCredentials(db: Db, accountNo: string): Promise<LiveSecret[]> {
  return db
    .selectFrom("account_credential")
    .select(["version", "sealed"])
    .where("accountNo", "=", accountNo)
    .where("status", "=", "live")
    .orderBy("version", "desc")
    .execute();
}

/** An app's live signing secrets, the newest first. */
export async function findLiveAppSecrets(db: Db, appId: string): Promise<LiveSecret[]> {
  return db
    .selectFrom("app_secret")
    .select(["version", "sealed"])
    .where("appId", "=", appId)
    .where("status", "=", "live")
    .orderBy("version", "desc")
    .execute();
}

/** Adds an account's next credential version and leaves at most two live. */
export async function addCredentialVersion(tx: Db, accountNo: string, sealed: string, nowMs: number): Promise<void> {
  // Locks the owner's row, so that rotations at the same time follow each other.
  await tx.updateTable("channel_account").set({ updatedAt: nowMs }).where("accountNo", "=", accountNo).execute();
  const [newest] = await tx
    .selectFrom("account_credential")
    .select("version")
    .where("accountNo", "=", accountNo)
    .orderBy("version", "desc")
    .limit(1)
    .execute();
  const version = (newest?.version ?? 0) + 1;
  await tx
    .insertInto("account_credential")
    .values({ accountNo, version, sealed, status: "live", createdAt: nowMs, updatedAt: nowMs })
    .execute();
  await tx
    .updateTable("account_credential")
    .set({ status: "retired", updatedAt: nowMs })
    .where("accountNo", "=", accountNo)
    .where("version", "<", version - 1)
    .execute();
}

/** Adds an app's next signing secret and leaves at most two live. */
export async function addAppSecretVersion(tx: Db, appId: string, sealed: string, nowMs: number): Promise<void> {
  // Locks the owner's row, so that rotations at the same time follow each other.
  await tx.updateTable("app").set({ updatedAt: nowMs }).where("appId", "=", appId).execute();
  const [newest] = await tx
    .selectFrom("app_secret")
    .select("version")
    .where("appId", "=", appId)
    .orderBy("version", "desc")
    .limit(1)
    .execute();
  const version = (newest?.version ?? 0) + 1;
  await tx
    .insertInto("app_secret")
    .values({ appId, version, sealed, status: "live", createdAt: nowMs, updatedAt: nowMs })
    .execute();
  await tx
    .updateTable("app_secret")
    .set({ status: "retired", updatedAt: nowMs })
    .where("appId", "=", appId)
    .where("version", "<", version - 1)
    .execute();
}
