import { initTRPC } from "@trpc/server";
import { getHTTPStatusCodeFromError } from "@trpc/server/http";
import { TRPC_ERROR_CODES_BY_KEY } from "@trpc/server/rpc";
import { toTrpcError, viewError } from "./errors.ts";
import type { Context } from "./ports.ts";

const t = initTRPC.context<Context>().create({
  // Browsers import this package too; nothing is served there.
  allowOutsideOfServer: true,
  errorFormatter: ({ shape, error, ctx }) => {
    // A stream's refusal comes here without having passed the middleware.
    const refusal = toTrpcError(error);
    const view = viewError(refusal, ctx?.traceId ?? "");
    return {
      code: TRPC_ERROR_CODES_BY_KEY[refusal.code],
      message: view.message,
      data: {
        code: refusal.code,
        httpStatus: getHTTPStatusCodeFromError(refusal),
        ...(shape.data.path !== undefined && { path: shape.data.path }),
        payhub: view,
      },
    };
  },
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
