import { statusError, WechatpayError } from "./errors.ts";

const windowMs = 1000;

/** Refuses failing calls with 429 once a merchant has had so many within a second. https://pay.weixin.qq.com/doc/v3/merchant/4012791883 */
export interface ErrorLimit {
  limit<A>(mchid: string, work: () => A): A;
}

/** Real time counts, whatever the clock of the tests says: the limit is about traffic. */
export function createErrorLimit(perSecond: number): ErrorLimit {
  const failures = new Map<string, number[]>();
  return {
    limit(mchid, work) {
      try {
        return work();
      } catch (error) {
        if (!(error instanceof WechatpayError)) throw error;
        const now = performance.now();
        const recent = (failures.get(mchid) ?? []).filter((at) => now - at < windowMs);
        if (recent.length >= perSecond) throw statusError(429, undefined);
        failures.set(mchid, [...recent, now]);
        throw error;
      }
    },
  };
}
