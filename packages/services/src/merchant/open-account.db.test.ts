import { findAccount, findLiveCredentials } from "@payhub/store";
import { describeBackends, openPlatform, type TestPlatform } from "@payhub/testkit";
import { afterAll, beforeAll, expect, it } from "vitest";
import { codeOf, openSimilarAccount, refusalOf } from "../../test/support.ts";
import { credentialOwner } from "../account/credentials.ts";
import { openAccount, retireAccount, rotateCredentials } from "./open-account.ts";

describeBackends("openAccount", (backend) => {
  let platform: TestPlatform;
  let credentials: Record<"wechatpay" | "alipay", Record<string, string>>;

  beforeAll(async () => {
    platform = await openPlatform(backend);
    const { original: wechatpay } = await openSimilarAccount(platform, "wechatpay", {});
    const { original: alipay } = await openSimilarAccount(platform, "alipay", {});
    credentials = { wechatpay, alipay };
  });
  afterAll(() => platform.close());

  const accountCount = async () =>
    (await platform.ctx.store.db.selectFrom("channel_account").select("accountNo").execute()).length;
  const open = (changes: Partial<Parameters<typeof openAccount>[1]>) =>
    openAccount(platform.ctx, {
      merchantNo: platform.accounts.wechatpay.merchantNo,
      channel: "wechatpay",
      name: "店铺",
      credentials: credentials.wechatpay,
      ...changes,
    });

  for (const [channel, field] of [
    ["wechatpay", "merchantPrivateKey"],
    ["wechatpay", "mchid"],
    ["alipay", "privateKey"],
    ["alipay", "appId"],
  ] as const) {
    it(`names a bad ${field} of ${channel}, never its value, and stores nothing`, async () => {
      const before = await accountCount();
      const bad = { ...credentials[channel], [field]: "!bad value!" };
      const error = await refusalOf(open({ channel, credentials: bad }));
      expect(error.code).toBe("INVALID_INPUT");
      const told = `${error.message} ${JSON.stringify(error.details)}`;
      expect(told).toContain(field);
      expect(told).not.toContain("!bad value!");
      expect(await accountCount()).toBe(before);
    });
  }

  it("refuses a merchant that does not exist and a channel that payhub does not have", async () => {
    expect(await codeOf(open({ merchantNo: "M404" }))).toBe("NOT_FOUND");
    const error = await refusalOf(open({ channel: "paypal" }));
    expect(error.code).toBe("INVALID_INPUT");
    expect(error.message).toContain("alipay");
  });

  it("keeps no key in clear text, and opens what it sealed", async () => {
    const { accountNo } = await open({});
    const [secret] = await findLiveCredentials(platform.ctx.store.db, accountNo);
    expect(secret?.sealed).not.toMatch(/PRIVATE|mchid/);
    expect(secret?.sealed).not.toContain(credentials.wechatpay.mchid);
    const opened = platform.ctx.keyring.open(credentialOwner(accountNo), "credentials", secret?.sealed ?? "");
    expect(JSON.parse(opened)).toEqual(credentials.wechatpay);
  });

  it("keeps two live versions over rotations, the newest first", async () => {
    const { accountNo } = await open({});
    const versions = async () =>
      (await findLiveCredentials(platform.ctx.store.db, accountNo)).map(({ version }) => version);
    expect(await versions()).toEqual([1]);
    for (let rotation = 0; rotation < 3; rotation++) {
      await rotateCredentials(platform.ctx, { accountNo, credentials: credentials.wechatpay });
    }
    expect(await versions()).toEqual([4, 3]);
  });

  it("checks credentials before it rotates to them", async () => {
    const { accountNo } = await open({});
    expect(await codeOf(rotateCredentials(platform.ctx, { accountNo, credentials: {} }))).toBe("INVALID_INPUT");
    expect(await codeOf(rotateCredentials(platform.ctx, { accountNo: "A404", credentials: {} }))).toBe("NOT_FOUND");
    expect(await findLiveCredentials(platform.ctx.store.db, accountNo)).toHaveLength(1);
  });

  it("does not rotate to another payee", async () => {
    const { accountNo } = await open({});
    const other = { ...credentials.wechatpay, mchid: "1900009999" };
    const error = await refusalOf(rotateCredentials(platform.ctx, { accountNo, credentials: other }));
    expect(error).toMatchObject({ code: "INVALID_INPUT", details: { issues: [{ path: "credentials" }] } });
    expect(await findLiveCredentials(platform.ctx.store.db, accountNo)).toHaveLength(1);
  });

  it("retires an account, and says when there is none", async () => {
    const { accountNo } = await open({});
    await retireAccount(platform.ctx, accountNo);
    expect((await findAccount(platform.ctx.store.db, accountNo))?.status).toBe("retired");
    expect(await codeOf(retireAccount(platform.ctx, "A404"))).toBe("NOT_FOUND");
  });
});
