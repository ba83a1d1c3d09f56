import { appProcedure, consoleProcedure, router } from "../trpc.ts";
import { differencesRouter } from "./differences-router.ts";
import { presentBillFile, presentRun } from "./present.ts";
import {
  exportInputSchema,
  exportViewSchema,
  fundFlowInputSchema,
  fundFlowViewSchema,
  listRunsInputSchema,
  listRunsOutputSchema,
  requestRunInputSchema,
  runDetailSchema,
  runRefSchema,
  runViewSchema,
  statementInputSchema,
  statementViewSchema,
} from "./schemas.ts";

const runsRouter = router({
  list: consoleProcedure
    .input(listRunsInputSchema)
    .output(listRunsOutputSchema)
    .query(async ({ ctx, input }) => {
      const page = await ctx.reconciliation.runs.list(input);
      return { items: page.items.map(presentRun), nextCursor: page.nextCursor };
    }),
  get: consoleProcedure
    .input(runRefSchema)
    .output(runDetailSchema)
    .query(async ({ ctx, input }) => {
      const { run, billFiles } = await ctx.reconciliation.runs.get(input.runNo);
      return { ...presentRun(run), billFiles: billFiles.map(presentBillFile) };
    }),
  request: consoleProcedure
    .input(requestRunInputSchema)
    .output(runViewSchema)
    .mutation(async ({ ctx, input }) => presentRun(await ctx.reconciliation.runs.request(input))),
});

export const reconciliationRouter = router({
  statement: appProcedure
    .input(statementInputSchema)
    .output(statementViewSchema)
    .query(({ ctx, input }) => ctx.reconciliation.statement(ctx.caller, input)),
  fundFlow: consoleProcedure
    .input(fundFlowInputSchema)
    .output(fundFlowViewSchema)
    .query(async ({ ctx, input }) => ({ days: await ctx.reconciliation.fundFlow(input) })),
  export: appProcedure
    .input(exportInputSchema)
    .output(exportViewSchema)
    .query(({ ctx, input }) => ctx.reconciliation.export(ctx.caller, input)),
  differences: differencesRouter,
  runs: runsRouter,
});
