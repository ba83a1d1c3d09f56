import { eventsRouter } from "./events/router.ts";
import { paymentsRouter } from "./payments/router.ts";
import { reconciliationRouter } from "./reconciliation/router.ts";
import { refundsRouter } from "./refunds/router.ts";
import { router } from "./trpc.ts";

/** Everything that business systems and the console can call. */
export const appRouter = router({
  payments: paymentsRouter,
  refunds: refundsRouter,
  events: eventsRouter,
  reconciliation: reconciliationRouter,
});

/** The type that the client package is built from. */
export type AppRouter = typeof appRouter;
