import { findApp, findLiveAppSecrets } from "@payhub/store";
import { describeBackends, openPlatform, type TestPlatform } from "@payhub/testkit";
import { afterAll, beforeAll, expect, it } from "vitest";
import { codeOf } from "../../test/support.ts";
import { appSecretOwner } from "../account/credentials.ts";
import { createApp, grantAccount, rotateAppSecret } from "./create-app.ts";

describeBackends("createApp", (backend) => {
  let platform: TestPlatform;

  beforeAll(async () => {
    platform = await openPlatform(backend);
  });
  afterAll(() => platform.close());

  const secretsOf = async (appId: string) => {
    const sealed = await findLiveAppSecrets(platform.ctx.store.db, appId);
    return sealed.map((secret) => platform.ctx.keyring.open(appSecretOwner(appId), "secret", secret.sealed));
  };

  it("makes an app with a secret of its own that is stored sealed", async () => {
    const { ctx } = platform;
    const { app, secret } = await createApp(ctx, { name: "shop" });
    expect(await findApp(ctx.store.db, app.appId)).toMatchObject({ ...app, initiationGapMs: 15_000, status: "active" });
    expect(secret).toMatch(/^sk_[\w-]{43}$/);
    expect(await secretsOf(app.appId)).toEqual([secret]);
    const rows = await ctx.store.db.selectFrom("app_secret").selectAll().execute();
    expect(JSON.stringify(rows)).not.toContain(secret);
    expect((await createApp(ctx, { name: "shop" })).secret).not.toBe(secret);
  });

  it("keeps two live secrets over rotations, the newest first", async () => {
    const { ctx } = platform;
    const { app, secret } = await createApp(ctx, { name: "shop" });
    const { secret: second } = await rotateAppSecret(ctx, app.appId);
    expect(await secretsOf(app.appId)).toEqual([second, secret]);
    const { secret: third } = await rotateAppSecret(ctx, app.appId);
    expect(await secretsOf(app.appId)).toEqual([third, second]);
    expect(await codeOf(rotateAppSecret(ctx, "APP404"))).toBe("NOT_FOUND");
  });

  it("gives every one of many rotations at the same time a version", async () => {
    const { ctx } = platform;
    const { app } = await createApp(ctx, { name: "shop" });
    const rotated = await Promise.all(Array.from({ length: 4 }, () => rotateAppSecret(ctx, app.appId)));
    const live = await secretsOf(app.appId);
    expect(live).toHaveLength(2);
    for (const secret of live) expect(rotated.map((one) => one.secret)).toContain(secret);
  });

  it("grants an account, twice like once, and says what does not exist", async () => {
    const { ctx, accounts } = platform;
    const { app } = await createApp(ctx, { name: "shop" });
    const grant = { appId: app.appId, accountNo: accounts.alipay.accountNo };
    await Promise.all([grantAccount(ctx, grant), grantAccount(ctx, grant)]);
    await grantAccount(ctx, grant);
    const rows = await ctx.store.db.selectFrom("app_grant").selectAll().where("appId", "=", app.appId).execute();
    expect(rows).toHaveLength(1);
    expect(await codeOf(grantAccount(ctx, { ...grant, appId: "APP404" }))).toBe("NOT_FOUND");
    expect(await codeOf(grantAccount(ctx, { ...grant, accountNo: "A404" }))).toBe("NOT_FOUND");
  });
});
