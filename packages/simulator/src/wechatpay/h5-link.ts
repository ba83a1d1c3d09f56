import { createHash } from "node:crypto";
import { SimulatorError } from "../core/error.ts";
import type { WechatpayMerchant } from "./merchant.ts";

/** Where H5 payments are opened; the host is the simulator's own. */
export const h5Path = "/cgi-bin/mmpayweb-bin/checkmweb";

/** The link of an H5 payment; its second parameter cannot be guessed from the first. https://pay.weixin.qq.com/doc/v3/merchant/4012791834 */
export function h5Url(base: string, prepayId: string): string {
  return `${base}${h5Path}?prepay_id=${prepayId}&package=${packageOf(prepayId)}`;
}

export interface H5Link {
  prepayId: string;
  redirectUrl: string | undefined;
}

/** Reads a link as the browser opened it: the merchant may have appended `redirect_url` and nothing else. */
export function readH5Link(link: string): H5Link {
  const query = URL.parse(link)?.searchParams ?? new URLSearchParams();
  const {
    prepay_id: prepayId = "",
    package: packageNo,
    redirect_url: redirectUrl,
    ...others
  } = Object.fromEntries(query);
  if (packageNo !== packageOf(prepayId) || Object.keys(others).length > 0) {
    throw new SimulatorError("INVALID_INVOCATION", "商家参数格式有误，请联系商家解决");
  }
  return { prepayId, redirectUrl };
}

/** Both the page that opens a link and the one it leads back to must be on the merchant's H5 domains. */
export function checkH5Domain({ h5Domains }: WechatpayMerchant, url: string | undefined): void {
  if (h5Domains === undefined) return;
  const host = url === undefined ? undefined : URL.parse(url)?.hostname;
  if (host === undefined || !h5Domains.includes(host)) {
    throw new SimulatorError("INVALID_INVOCATION", "商家存在未配置的参数，请联系商家解决");
  }
}

function packageOf(prepayId: string): string {
  return String(createHash("sha256").update(`h5 ${prepayId}`).digest().readUInt32BE(0));
}
