import { describeBackends, openPlatform, type TestPlatform } from "@payhub/testkit";
import { afterAll, beforeAll, expect, it } from "vitest";
import { codeOf, openSimilarAccount } from "../../test/support.ts";
import { createApp } from "../merchant/create-app.ts";
import { retireAccount } from "../merchant/open-account.ts";
import { useAccount } from "./use-account.ts";

describeBackends("useAccount", (backend) => {
  let platform: TestPlatform;

  beforeAll(async () => {
    platform = await openPlatform(backend);
  });
  afterAll(() => platform.close());

  it("gives an app the accounts that it was granted and no others", async () => {
    const { ctx, caller, accounts } = platform;
    const { accountNo } = accounts.wechatpay;
    expect((await useAccount(ctx, caller, accountNo)).account.accountNo).toBe(accountNo);
    const { app } = await createApp(ctx, { name: "without a grant" });
    expect(await codeOf(useAccount(ctx, { appId: app.appId }, accountNo))).toBe("FORBIDDEN");
    expect(await codeOf(useAccount(ctx, caller, "A404"))).toBe("FORBIDDEN");
  });

  it("forgets a grant that was taken back within 5 seconds", async () => {
    const { ctx, caller } = platform;
    const { accountNo } = await openSimilarAccount(platform, "alipay", {});
    await useAccount(ctx, caller, accountNo);
    await ctx.store.db.deleteFrom("app_grant").where("accountNo", "=", accountNo).execute();
    platform.clock.advance(4_999);
    expect((await useAccount(ctx, caller, accountNo)).account.accountNo).toBe(accountNo);
    platform.clock.advance(1);
    expect(await codeOf(useAccount(ctx, caller, accountNo))).toBe("FORBIDDEN");
  });

  it("refuses a retired account", async () => {
    const { ctx, caller } = platform;
    const { accountNo } = await openSimilarAccount(platform, "alipay", {});
    await useAccount(ctx, caller, accountNo);
    await retireAccount(ctx, accountNo);
    platform.clock.advance(5_000);
    expect(await codeOf(useAccount(ctx, caller, accountNo))).toBe("FORBIDDEN");
  });
});
