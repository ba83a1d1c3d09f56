import { PayhubError } from "@payhub/domain";
import { initTRPC } from "@trpc/server";
import { toTrpcError, viewError } from "./errors.ts";
import type { Context } from "./ports.ts";

const t = initTRPC.context<Context>().create({
  // Browsers import this package too; nothing is served there.
  allowOutsideOfServer: true,
  errorFormatter: ({ shape, error, ctx }) => ({
    code: shape.code,
    message: viewError(error, ctx?.traceId ?? "").message,
    data: {
      code: shape.data.code,
      httpStatus: shape.data.httpStatus,
      ...(shape.data.path !== undefined && { path: shape.data.path }),
      payhub: viewError(error, ctx?.traceId ?? ""),
    },
  }),
  sse: {
    maxDurationMs: 5 * 60_000,
    ping: { enabled: true, intervalMs: 15_000 },
    client: { reconnectAfterInactivityMs: 45_000 },
  },
});

export const { router } = t;

const withPayhubErrors = t.middleware(async ({ next }) => {
  const result = await next();
  if (!result.ok) throw toTrpcError(result.error);
  return result;
});

/** A procedure for apps: the caller's signature is verified before the input is looked at. */
export const appProcedure = t.procedure
  .use(withPayhubErrors)
  .use(async ({ ctx, next }) => next({ ctx: { caller: await ctx.authenticate() } }));

/** A procedure for the operators' console alone. */
export const consoleProcedure = appProcedure.use(({ ctx, next }) => {
  if (ctx.caller.role === "console") return next();
  throw new PayhubError("FORBIDDEN", "only the operators' console may call this");
});
