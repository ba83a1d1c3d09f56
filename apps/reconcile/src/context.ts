import { type ContextOptions, type Logger, openContext } from "@payhub/runtime";
import type { ReconcileContext, ServiceContext } from "@payhub/services";
import { openBillStore } from "@payhub/store";
import type { BillStoreEnv } from "./env.ts";

/** What a process that reconciles is made of. */
export interface ReconcileContextOptions extends ContextOptions {
  billStore: BillStoreEnv;
}

/** Opens what reconciliation works with; {@link closeReconcileContext} in the end. */
export async function openReconcileContext(options: ReconcileContextOptions, log: Logger): Promise<ReconcileContext> {
  const ctx = await openContext(options, log);
  try {
    return { ...ctx, bills: await openBillStore({ ...options.billStore, clock: ctx.clock }) };
  } catch (error) {
    await closeServices(ctx);
    throw error;
  }
}

/** Lets events that are being published go out, then closes everything. */
export async function closeReconcileContext(ctx: ReconcileContext): Promise<void> {
  await ctx.bills.close();
  await closeServices(ctx);
}

async function closeServices(ctx: ServiceContext): Promise<void> {
  await ctx.publisher.settled();
  await ctx.coordination.close();
  await ctx.store.close();
}
