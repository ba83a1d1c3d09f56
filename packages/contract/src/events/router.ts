import { isoShanghai } from "@payhub/domain";
import { appProcedure, router } from "../trpc.ts";
import { presentEvent } from "./present.ts";
import {
  ackEventsInputSchema,
  ackEventsOutputSchema,
  listEventsInputSchema,
  listEventsOutputSchema,
  pullEventsInputSchema,
  pullEventsOutputSchema,
} from "./schemas.ts";

export const eventsRouter = router({
  pull: appProcedure
    .input(pullEventsInputSchema)
    .output(pullEventsOutputSchema)
    .mutation(async ({ ctx, input, signal }) => {
      const batch = await ctx.events.pull(ctx.caller, input, signal ?? new AbortController().signal);
      return {
        events: batch.events.map(presentEvent),
        leasedUntil: batch.leasedUntil === null ? null : isoShanghai(batch.leasedUntil),
      };
    }),
  ack: appProcedure
    .input(ackEventsInputSchema)
    .output(ackEventsOutputSchema)
    .mutation(({ ctx, input }) => ctx.events.ack(ctx.caller, input)),
  list: appProcedure
    .input(listEventsInputSchema)
    .output(listEventsOutputSchema)
    .query(async ({ ctx, input }) => {
      const page = await ctx.events.list(ctx.caller, input);
      return { events: page.events.map(presentEvent), nextAfter: page.nextAfter };
    }),
});
