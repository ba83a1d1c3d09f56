import { toTrpcError } from "../errors.ts";
import { appProcedure, router } from "../trpc.ts";
import { presentAttempt, presentHeldReceipt, presentPayment } from "./present.ts";
import {
  changedPaymentSchema,
  closePaymentInputSchema,
  createPaymentInputSchema,
  getPaymentInputSchema,
  listPaymentsInputSchema,
  listPaymentsOutputSchema,
  type PaymentView,
  paymentDetailSchema,
  watchPaymentInputSchema,
} from "./schemas.ts";

export const paymentsRouter = router({
  create: appProcedure
    .input(createPaymentInputSchema)
    .output(changedPaymentSchema)
    .mutation(async ({ ctx, input }) => {
      const created = await ctx.payments.create(ctx.caller, input);
      return { ...presentPayment(created), replayed: created.replayed };
    }),
  get: appProcedure
    .input(getPaymentInputSchema)
    .output(paymentDetailSchema)
    .query(async ({ ctx, input }) => {
      const found = await ctx.payments.get(ctx.caller, input);
      return {
        ...presentPayment(found),
        attempts: found.attempts.map(presentAttempt),
        heldReceipts: found.heldReceipts.map(presentHeldReceipt),
      };
    }),
  close: appProcedure
    .input(closePaymentInputSchema)
    .output(changedPaymentSchema)
    .mutation(async ({ ctx, input }) => {
      const closed = await ctx.payments.close(ctx.caller, input);
      return { ...presentPayment(closed), replayed: closed.replayed };
    }),
  list: appProcedure
    .input(listPaymentsInputSchema)
    .output(listPaymentsOutputSchema)
    .query(async ({ ctx, input }) => {
      const page = await ctx.payments.list(ctx.caller, input);
      return { items: page.items.map(presentPayment), nextCursor: page.nextCursor };
    }),
  watch: appProcedure.input(watchPaymentInputSchema).subscription(async function* ({
    ctx,
    input,
    signal,
  }): AsyncGenerator<PaymentView> {
    const stop = signal ?? new AbortController().signal;
    try {
      for await (const state of ctx.payments.watch(ctx.caller, input, stop)) yield presentPayment(state);
    } catch (error) {
      // The generator runs after the procedure has returned, out of its middleware's sight.
      throw toTrpcError(error);
    }
  }),
});
