import { createApp, grantAccount, openAccount, openMerchant, type ServiceContext } from "@payhub/services";
import type { ChannelParty } from "../channel-party.ts";
import type { Shop } from "../load/create-requests.ts";

const NO_LIMIT = 1_000_000;

/** A shop with its merchant. */
export interface OpenedShop extends Shop {
  merchantNo: string;
}

/** Opens a merchant at the channel and an app that may take payments for it, as fast as it can. */
export async function openShop(
  ctx: ServiceContext,
  { party, channelUrl, feeRate }: { party: ChannelParty; channelUrl: string; feeRate?: number },
): Promise<OpenedShop> {
  const { channelPrivateKey: _, ...credentials } = party;
  const { merchantNo } = await openMerchant(ctx, { name: "示例商户" });
  const { accountNo } = await openAccount(ctx, {
    merchantNo,
    channel: "wechatpay",
    name: "微信",
    credentials: { ...credentials, endpoint: channelUrl },
    ...(feeRate !== undefined && { feeRate }),
  });
  const { app, secret } = await createApp(ctx, { name: "shop", callsPerSecond: NO_LIMIT });
  await grantAccount(ctx, { appId: app.appId, accountNo });
  return { merchantNo, accountNo, appId: app.appId, secret };
}
