import { fenFromYuan } from "@payhub/domain";

/** Reads an amount that Alipay wrote, in yuan, as fen; `undefined` when it is none. */
export function fenOf(yuan: string): number | undefined {
  try {
    return fenFromYuan(yuan);
  } catch {
    return undefined;
  }
}
