import type { ContextOptions, Logger } from "@payhub/runtime";
import { openContext } from "@payhub/runtime";
import { createApp, grantAccount, openAccount, openMerchant } from "@payhub/services";
import type { SandboxKeys, SandboxState } from "./keys.ts";

/** Opens the demo merchant with an account at each channel and two apps that may use them. */
export async function seedDemo(
  options: ContextOptions,
  log: Logger,
  { keys, endpoints }: { keys: SandboxKeys; endpoints: { wechatpay: string; alipay: string } },
): Promise<NonNullable<SandboxState["demo"]>> {
  const ctx = await openContext(options, log);
  try {
    const { merchantNo } = await openMerchant(ctx, { name: keys.wechatpay.merchant.name });
    const open = async (channel: "wechatpay" | "alipay", name: string, credentials: object) => {
      const endpoint = endpoints[channel];
      const account = await openAccount(ctx, { merchantNo, channel, name, credentials: { ...credentials, endpoint } });
      return account.accountNo;
    };
    const accounts = {
      wechatpay: await open("wechatpay", "微信支付", keys.wechatpay.credentials),
      alipay: await open("alipay", "支付宝", keys.alipay.credentials),
    };
    const apps = [];
    for (const name of ["demo", "sandbox tour"]) {
      const { app, secret } = await createApp(ctx, { name });
      for (const accountNo of Object.values(accounts)) await grantAccount(ctx, { appId: app.appId, accountNo });
      apps.push({ appId: app.appId, secret });
    }
    const [app, tour] = apps;
    if (!app || !tour) throw new Error("the demo apps were not made");
    return { accounts, app, tour };
  } finally {
    await ctx.coordination.close();
    await ctx.store.close();
  }
}
