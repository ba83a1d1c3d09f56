import type { Attempt } from "@payhub/domain";
import { createPayment, type OrderFields, type PaymentWithAttempt } from "@payhub/services";
import type { TestPlatform } from "./platform.ts";

/** A payment that waits for its payer, with the code to pay it by. */
export type TakenPayment = PaymentWithAttempt & { codeUrl: string };

/** Takes a payment of a fresh order at a channel, WeChat Pay unless told otherwise. */
export async function takePayment(
  platform: TestPlatform,
  { channel = "wechatpay", ...changes }: Partial<OrderFields> & { channel?: keyof TestPlatform["accounts"] } = {},
): Promise<TakenPayment> {
  const order = platform.order({ accountNo: platform.accounts[channel].accountNo, ...changes });
  const { payment, attempt } = await createPayment(platform.ctx, platform.caller, order);
  return { payment, attempt, codeUrl: codeUrlOf(attempt) };
}

/** The code of an attempt that waits for its payer. */
export function codeUrlOf({ attemptNo, action }: Attempt): string {
  if (action?.type !== "show_qr") throw new Error(`attempt ${attemptNo} has no code`);
  return action.codeUrl;
}
