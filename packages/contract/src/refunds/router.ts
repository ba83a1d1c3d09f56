import { appProcedure, router } from "../trpc.ts";
import { presentRefund } from "./present.ts";
import {
  createRefundInputSchema,
  createRefundOutputSchema,
  getRefundInputSchema,
  listRefundsInputSchema,
  listRefundsOutputSchema,
  refundViewSchema,
} from "./schemas.ts";

export const refundsRouter = router({
  create: appProcedure
    .input(createRefundInputSchema)
    .output(createRefundOutputSchema)
    .mutation(async ({ ctx, input }) => {
      const { refund, replayed } = await ctx.refunds.create(ctx.caller, input);
      return { ...presentRefund(refund), replayed };
    }),
  get: appProcedure
    .input(getRefundInputSchema)
    .output(refundViewSchema)
    .query(async ({ ctx, input }) => presentRefund(await ctx.refunds.get(ctx.caller, input))),
  list: appProcedure
    .input(listRefundsInputSchema)
    .output(listRefundsOutputSchema)
    .query(async ({ ctx, input }) => {
      const page = await ctx.refunds.list(ctx.caller, input);
      return { items: page.items.map(presentRefund), nextCursor: page.nextCursor };
    }),
});
