import type { Scene } from "@payhub/domain";
import type { WechatpayCredentials } from "./credentials.ts";

/** The app that invokes the payment of a scene: the scene's own, else the sub-merchant's, else the account's. */
export function invokingAppid(
  { appid, subAppid, miniprogramAppid, appAppid }: WechatpayCredentials,
  scene: Scene,
): string {
  const ownAppids: Partial<Record<Scene, string | undefined>> = { miniprogram: miniprogramAppid, app: appAppid };
  return ownAppids[scene] ?? subAppid ?? appid;
}

/** Who receives the money, as requests name it; a service provider acts for a sub-merchant (https://pay.weixin.qq.com/doc/v3/partner/4012069852). */
export function merchantWords({ mchid, subMchid }: WechatpayCredentials): Record<string, string> {
  return subMchid === undefined ? { mchid } : { sp_mchid: mchid, sub_mchid: subMchid };
}

/** The apps of an order, as requests name them. */
export function appWords(credentials: WechatpayCredentials, scene: Scene): Record<string, string> {
  const { appid, subMchid, subAppid } = credentials;
  const invoking = invokingAppid(credentials, scene);
  if (subMchid === undefined) return { appid: invoking };
  return subAppid === undefined ? { sp_appid: invoking } : { sp_appid: appid, sub_appid: invoking };
}

/** The payer, by the id under the app that invokes the payment. */
export function payerWords({ subMchid, subAppid }: WechatpayCredentials, openid: string): Record<string, string> {
  if (subMchid === undefined) return { openid };
  return subAppid === undefined ? { sp_openid: openid } : { sub_openid: openid };
}

/** Where the orders of this account live. */
export function transactionsPath({ subMchid }: WechatpayCredentials): string {
  return subMchid === undefined ? "/v3/pay/transactions" : "/v3/pay/partner/transactions";
}

/** Where one order lives, by our number. */
export function orderPath(credentials: WechatpayCredentials, attemptNo: string): string {
  return `${transactionsPath(credentials)}/out-trade-no/${encodeURIComponent(attemptNo)}`;
}

/** The address of an order by WeChat Pay's own number (https://pay.weixin.qq.com/doc/v3/merchant/4012791879). */
export function tradePath(credentials: WechatpayCredentials, channelTradeNo: string): string {
  return `${transactionsPath(credentials)}/id/${encodeURIComponent(channelTradeNo)}`;
}

/** The parts of an answer or a callback that say who received the money. */
export interface NamedMerchant {
  mchid?: string | undefined;
  appid?: string | undefined;
  sp_mchid?: string | undefined;
  sp_appid?: string | undefined;
  sub_mchid?: string | undefined;
  sub_appid?: string | undefined;
}

/** Who the account is, by the names of a receipt's `payee`. */
export function payeeOf({ mchid, appid, subMchid, subAppid }: WechatpayCredentials): Record<string, string> {
  return {
    mchid,
    appid,
    ...(subMchid !== undefined && { subMchid }),
    ...(subAppid !== undefined && { subAppid }),
  };
}

/** Every appid under which an account's orders may be made, over all live versions. */
export function allAppids(versions: readonly WechatpayCredentials[]): ReadonlySet<string> {
  return new Set(
    versions.flatMap(({ appid, subAppid, miniprogramAppid, appAppid }) =>
      [appid, subAppid, miniprogramAppid, appAppid].filter((one) => one !== undefined),
    ),
  );
}

/** An account with every appid that is its own. */
export interface OwnMerchant {
  credentials: WechatpayCredentials;
  ownAppids: ReadonlySet<string>;
}

/**
 * Who received the money, as the channel wrote it. An appid that is the account's own for another scene is left out, so that
 * what remains can be compared with the account's payee name by name.
 */
export function namedPayee(named: NamedMerchant, { credentials, ownAppids }: OwnMerchant): Record<string, string> {
  const { mchid, appid, subMchid, subAppid } = namedInOurWords(named);
  const own = payeeOf(credentials);
  const isOther = (one: string, ours: string | undefined) => one !== ours && ownAppids.has(one);
  return {
    mchid,
    ...(appid !== undefined && !isOther(appid, own.appid) && { appid }),
    // A service provider's own money is not its sub-merchant's: that there is none is said too.
    ...((subMchid ?? own.subMchid) !== undefined && { subMchid: subMchid ?? "" }),
    ...(subAppid !== undefined && own.subAppid !== undefined && !isOther(subAppid, own.subAppid) && { subAppid }),
  };
}

/** Whether an answer speaks of the account's own merchant. */
export function isOwnMerchant(named: NamedMerchant, { mchid, subMchid }: WechatpayCredentials): boolean {
  const other = namedInOurWords(named);
  return other.mchid === mchid && other.subMchid === subMchid;
}

function namedInOurWords({ mchid, appid, sp_mchid, sp_appid, sub_mchid, sub_appid }: NamedMerchant) {
  return { mchid: sp_mchid ?? mchid ?? "", appid: sp_appid ?? appid, subMchid: sub_mchid, subAppid: sub_appid };
}
