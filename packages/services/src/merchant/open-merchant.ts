import { issueNumber, type Merchant } from "@payhub/domain";
import { insertMerchant } from "@payhub/store";
import type { ServiceContext } from "../context.ts";

/** Opens a merchant. */
export async function openMerchant(ctx: ServiceContext, { name }: { name: string }): Promise<Merchant> {
  const nowMs = ctx.clock.now();
  const merchant: Merchant = { merchantNo: issueNumber("merchant", ctx), name, createdAt: nowMs, updatedAt: nowMs };
  await insertMerchant(ctx.store.db, merchant);
  return merchant;
}
