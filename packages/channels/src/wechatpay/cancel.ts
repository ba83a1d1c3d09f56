import type { CancelOutcome } from "../channel.ts";
import { appWords, merchantWords, orderPath } from "./identity.ts";
import type { Line } from "./line.ts";
import { declinedOf, isAbsentCode, isAgainCode } from "./status.ts";
import { call } from "./transport.ts";

/**
 * Reverses a bar code's or face's order: unpaid, it is closed; paid, the money goes back. Not while the payer types a password,
 * and not within 15 s of the charge (https://pay.weixin.qq.com/doc/v3/merchant/4012382150).
 */
export async function cancel(line: Line, { attemptNo }: { attemptNo: string }): Promise<CancelOutcome> {
  const { credentials } = line;
  const path = `${orderPath(credentials, attemptNo)}/reverse`;
  // Without its appid the channel answers SYSTEM_ERROR, for ever.
  const body = JSON.stringify({ ...appWords(credentials, "barcode"), ...merchantWords(credentials) });
  const result = await call(line, { method: "POST", path, body });
  if (result.kind === "done") return { kind: "cancelled" };
  if (result.kind === "unknown") return isAgainCode(result.code) ? { kind: "again" } : result;
  if (result.kind === "unsent") return result;
  if (isAbsentCode(result.code)) return { kind: "absent" };
  const declined = declinedOf(result);
  return declined.because === "already_closed" ? { kind: "cancelled" } : declined;
}
