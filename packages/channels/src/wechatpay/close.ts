import type { CloseOutcome } from "../channel.ts";
import { merchantWords, orderPath } from "./identity.ts";
import type { Line } from "./line.ts";
import { declinedOf, isAbsentCode } from "./status.ts";
import { call } from "./transport.ts";

/** Closes an unpaid order; may be repeated (https://pay.weixin.qq.com/doc/v3/merchant/4012791881). */
export async function close(line: Line, { attemptNo }: { attemptNo: string }): Promise<CloseOutcome> {
  const { credentials } = line;
  const path = `${orderPath(credentials, attemptNo)}/close`;
  const result = await call(line, { method: "POST", path, body: JSON.stringify(merchantWords(credentials)) });
  if (result.kind === "done") return { kind: "closed" };
  if (result.kind !== "refused") return result;
  if (isAbsentCode(result.code)) return { kind: "absent" };
  const declined = declinedOf(result);
  if (declined.because === "already_paid") return { kind: "paid" };
  if (declined.because === "already_closed") return { kind: "closed" };
  return declined;
}
