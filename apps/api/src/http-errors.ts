import { appRouter, type Context, toTrpcError, viewError } from "@payhub/contract";
import { PayhubError } from "@payhub/domain";
import type { Logger } from "@payhub/runtime";
import { getTRPCErrorShape, TRPCError } from "@trpc/server";
import { getHTTPStatusCodeFromError } from "@trpc/server/http";
import type { FastifyReply, FastifyRequest } from "fastify";

/** Notes under which code a call was refused, and writes a fault of ours to the log with all its causes. */
export function noteError(request: FastifyRequest, error: TRPCError, log: Logger): void {
  const { traceId } = request.facts;
  request.facts.code = viewError(error, traceId).code;
  if (request.facts.code === "INTERNAL") log.error({ traceId, err: error.cause ?? error }, "payhub failed");
}

/** Answers what failed before or outside a procedure the way that a procedure's error is answered. */
export async function answerError(
  thrown: unknown,
  { request, reply, context, log }: { request: FastifyRequest; reply: FastifyReply; context: Context; log: Logger },
): Promise<void> {
  const error = asTrpcError(thrown);
  noteError(request, error, log);
  const shape = getTRPCErrorShape({
    config: appRouter._def._config,
    error,
    type: "unknown",
    path: undefined,
    input: undefined,
    ctx: context,
  });
  await reply.code(getHTTPStatusCodeFromError(error)).send({ error: shape });
}

function asTrpcError(thrown: unknown): TRPCError {
  if (thrown instanceof PayhubError || thrown instanceof TRPCError) return toTrpcError(thrown);
  switch (fastifyCodeOf(thrown)) {
    case "FST_ERR_CTP_BODY_TOO_LARGE":
      return new TRPCError({ code: "PAYLOAD_TOO_LARGE", message: "the request body is larger than 256 KiB" });
    case "FST_ERR_CTP_INVALID_MEDIA_TYPE":
      return new TRPCError({
        code: "UNSUPPORTED_MEDIA_TYPE",
        message: "send the body as content-type application/json",
      });
    case "FST_ERR_CTP_INVALID_CONTENT_LENGTH":
      return new TRPCError({ code: "BAD_REQUEST", message: "content-length is not the number of bytes of the body" });
    case "FST_ERR_BAD_URL":
      return new TRPCError({ code: "BAD_REQUEST", message: "the path is not a valid URL path" });
    default:
      return toTrpcError(thrown);
  }
}

function fastifyCodeOf(thrown: unknown): unknown {
  return thrown instanceof Error && "code" in thrown ? thrown.code : undefined;
}
