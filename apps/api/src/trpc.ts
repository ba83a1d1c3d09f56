import { isUtf8 } from "node:buffer";
import { appRouter, type Context } from "@payhub/contract";
import { PayhubError } from "@payhub/domain";
import type { Logger } from "@payhub/runtime";
import { fastifyRequestHandler } from "@trpc/server/adapters/fastify";
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { noteError } from "./http-errors.ts";

/** The largest body of a call, in bytes. */
export const MAX_CALL_BYTES = 256 * 1024;

export interface TrpcParts {
  log: Logger;
  contextOf(request: FastifyRequest): Context;
  /** Is told of each answer that stays open. */
  onStream(reply: FastifyReply): void;
}

/** Serves the procedures under `/trpc`: one call per request, its body kept as it came so that its signature can be checked. */
export function mountTrpc(server: FastifyInstance, parts: TrpcParts): void {
  server.register(
    async (scope) => {
      scope.removeAllContentTypeParsers();
      scope.addContentTypeParser<Buffer>(
        "application/json",
        { parseAs: "buffer", bodyLimit: MAX_CALL_BYTES },
        async (request: FastifyRequest, body: Buffer) => {
          if (!isUtf8(body)) throw new PayhubError("INVALID_INPUT", "the request body is not valid UTF-8");
          request.facts.rawBody = body;
          return body.toString("utf8");
        },
      );
      scope.route<{ Params: { procedure: string } }>({
        method: ["GET", "POST"],
        url: "/:procedure",
        exposeHeadRoute: false,
        handler: (request, reply) => answerCall(request, reply, parts),
      });
    },
    { prefix: "/trpc" },
  );
}

type CallRequest = FastifyRequest<{ Params: { procedure: string } }>;

async function answerCall(request: CallRequest, reply: FastifyReply, parts: TrpcParts): Promise<void> {
  refuseUnsupported(request);
  if (request.headers.accept?.includes("text/event-stream")) parts.onStream(reply);
  await fastifyRequestHandler<typeof appRouter, FastifyRequest, FastifyReply>({
    router: appRouter,
    req: request,
    res: reply,
    path: request.params.procedure,
    createContext: () => parts.contextOf(request),
    allowBatching: false,
    onError: ({ error }) => noteError(request, error, parts.log),
  });
}

/** Refuses here what the adapter would refuse before there is a context, and so without a trace id. */
function refuseUnsupported(request: CallRequest): void {
  if (!/^[A-Za-z0-9.]{1,100}$/.test(request.params.procedure)) {
    throw new PayhubError("NOT_FOUND", "no such procedure");
  }
  for (const name of Object.keys(request.query as object)) {
    if (name === "batch") {
      throw new PayhubError("INVALID_INPUT", "calls are not batched: each is signed and sent alone (httpLink)");
    }
    if (name !== "input") throw new PayhubError("INVALID_INPUT", "the query may hold only input");
  }
  const type = request.headers["content-type"];
  const isJson = type !== undefined && /^application\/json\s*(;|$)/i.test(type);
  if (request.method === "POST" ? !isJson : type !== undefined && !isJson) {
    throw new PayhubError("INVALID_INPUT", "send the body as content-type application/json");
  }
  if (request.headers["trpc-accept"] !== undefined || request.headers.accept?.includes("application/jsonl")) {
    throw new PayhubError("INVALID_INPUT", "answers are not streamed as application/jsonl");
  }
}
