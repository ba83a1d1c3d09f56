import { isoShanghai } from "@payhub/domain";

/**
 * Writes epoch ms as Alipay's `yyyy-MM-dd HH:mm:ss`, which is Beijing time whatever the timezone of the process.
 * Source: https://opendocs.alipay.com/common/02kf5q
 */
export function beijingTime(epochMs: number): string {
  return isoShanghai(epochMs).slice(0, 19).replace("T", " ");
}

const BEIJING_TIME = /^(\d{4}-\d{2}-\d{2}) (\d{2}:\d{2}:\d{2})(?:\.\d{1,3})?$/;

/** Reads Alipay's Beijing time as epoch ms to the second; `undefined` when it is no such time. */
export function parseBeijingTime(text: string): number | undefined {
  const match = BEIJING_TIME.exec(text);
  if (!match) return undefined;
  const epochMs = Date.parse(`${match[1]}T${match[2]}+08:00`);
  // JavaScript takes the 30th of February for the 2nd of March.
  return !Number.isNaN(epochMs) && beijingTime(epochMs) === `${match[1]} ${match[2]}` ? epochMs : undefined;
}
