import { type App, DEFAULT_INITIATION_GAP_MS, issueNumber, PayhubError } from "@payhub/domain";
import { addAppSecretVersion, findAccount, findApp, insertApp, insertGrant } from "@payhub/store";
import { appSecretOwner } from "../account/credentials.ts";
import type { ServiceContext } from "../context.ts";

const SECRET_BYTES = 32;
const DEFAULT_CALLS_PER_SECOND = 5_000;

/** Makes an app with its first signing secret, which is shown this once. */
export async function createApp(
  ctx: ServiceContext,
  input: { name: string; role?: App["role"]; initiationGapMs?: number; callsPerSecond?: number },
): Promise<{ app: App; secret: string }> {
  const nowMs = ctx.clock.now();
  const app: App = {
    appId: issueNumber("app", ctx),
    name: input.name,
    status: "active",
    role: input.role ?? "business",
    initiationGapMs: input.initiationGapMs ?? DEFAULT_INITIATION_GAP_MS,
    callsPerSecond: input.callsPerSecond ?? DEFAULT_CALLS_PER_SECOND,
    createdAt: nowMs,
    updatedAt: nowMs,
  };
  const secret = newSecret(ctx);
  await ctx.store.transaction(async (tx) => {
    await insertApp(tx, app);
    await addAppSecretVersion(tx, app.appId, ctx.keyring.seal(appSecretOwner(app.appId), "secret", secret), nowMs);
  });
  return { app, secret };
}

/** Gives an app a new signing secret, shown this once; the one before stays live beside it. */
export async function rotateAppSecret(ctx: ServiceContext, appId: string): Promise<{ secret: string }> {
  if (!(await findApp(ctx.store.db, appId))) throw new PayhubError("NOT_FOUND", `there is no app ${appId}`);
  const secret = newSecret(ctx);
  const sealed = ctx.keyring.seal(appSecretOwner(appId), "secret", secret);
  await ctx.store.transaction((tx) => addAppSecretVersion(tx, appId, sealed, ctx.clock.now()));
  return { secret };
}

/** Lets an app take payments with an account. */
export async function grantAccount(
  ctx: ServiceContext,
  { appId, accountNo }: { appId: string; accountNo: string },
): Promise<void> {
  if (!(await findApp(ctx.store.db, appId))) throw new PayhubError("NOT_FOUND", `there is no app ${appId}`);
  if (!(await findAccount(ctx.store.db, accountNo))) {
    throw new PayhubError("NOT_FOUND", `there is no channel account ${accountNo}`);
  }
  await insertGrant(ctx.store.db, { appId, accountNo, nowMs: ctx.clock.now() });
}

function newSecret(ctx: ServiceContext): string {
  return `sk_${Buffer.from(ctx.random.bytes(SECRET_BYTES)).toString("base64url")}`;
}
