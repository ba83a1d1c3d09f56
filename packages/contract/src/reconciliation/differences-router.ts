import { appProcedure, consoleProcedure, router } from "../trpc.ts";
import {
  actInputSchema,
  assignInputSchema,
  differenceDetailSchema,
  differenceRefSchema,
  differenceViewSchema,
  listDifferencesInputSchema,
  listDifferencesOutputSchema,
  notedActInputSchema,
  proposeInputSchema,
} from "./difference-schemas.ts";
import { presentAction, presentDifference } from "./present.ts";

const changing = consoleProcedure.output(differenceViewSchema);

export const differencesRouter = router({
  list: appProcedure
    .input(listDifferencesInputSchema)
    .output(listDifferencesOutputSchema)
    .query(async ({ ctx, input }) => {
      const page = await ctx.reconciliation.differences.list(ctx.caller, input);
      return { items: page.items.map(presentDifference), nextCursor: page.nextCursor };
    }),
  get: appProcedure
    .input(differenceRefSchema)
    .output(differenceDetailSchema)
    .query(async ({ ctx, input }) => {
      const { difference, actions } = await ctx.reconciliation.differences.get(ctx.caller, input.differenceNo);
      return { ...presentDifference(difference), actions: actions.map(presentAction) };
    }),
  assign: changing
    .input(assignInputSchema)
    .mutation(async ({ ctx, input }) => presentDifference(await ctx.reconciliation.differences.assign(input))),
  note: changing
    .input(notedActInputSchema)
    .mutation(async ({ ctx, input }) => presentDifference(await ctx.reconciliation.differences.note(input))),
  resolve: changing
    .input(notedActInputSchema)
    .mutation(async ({ ctx, input }) => presentDifference(await ctx.reconciliation.differences.resolve(input))),
  accept: changing
    .input(notedActInputSchema)
    .mutation(async ({ ctx, input }) => presentDifference(await ctx.reconciliation.differences.accept(input))),
  reopen: changing
    .input(actInputSchema)
    .mutation(async ({ ctx, input }) => presentDifference(await ctx.reconciliation.differences.reopen(input))),
  propose: changing
    .input(proposeInputSchema)
    .mutation(async ({ ctx, input }) => presentDifference(await ctx.reconciliation.differences.propose(input))),
  approve: changing
    .input(actInputSchema)
    .mutation(async ({ ctx, input }) => presentDifference(await ctx.reconciliation.differences.approve(input))),
  reject: changing
    .input(actInputSchema)
    .mutation(async ({ ctx, input }) => presentDifference(await ctx.reconciliation.differences.reject(input))),
});
