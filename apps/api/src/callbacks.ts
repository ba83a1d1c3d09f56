import { once } from "node:events";
import type { ChannelRegistry, HttpAnswer, RawNotification } from "@payhub/channels";
import { toTrpcError } from "@payhub/contract";
import { PayhubError } from "@payhub/domain";
import type { Logger } from "@payhub/runtime";
import { getHTTPStatusCodeFromError } from "@trpc/server/http";
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import type { Background } from "./background.ts";

/** The largest callback that is read, in bytes. */
const MAX_CALLBACK_BYTES = 64 * 1024;

export interface CallbackParts {
  log: Logger;
  channels: ChannelRegistry;
  background: Background;
  receive(callback: {
    channel: string;
    accountNo: string;
    raw: RawNotification;
  }): Promise<{ answer: HttpAnswer; afterwards?: () => Promise<void> }>;
}

interface CallbackRoute {
  Params: { channel: string; accountNo: string };
}

/** Takes the channels' callbacks under `/callbacks/:channel/:accountNo` and `/refunds` below it; what is answered is the channel's own, to the letter. */
export function mountCallbacks(server: FastifyInstance, parts: CallbackParts): void {
  server.register(
    async (scope) => {
      scope.removeAllContentTypeParsers();
      const limits = { parseAs: "buffer", bodyLimit: MAX_CALLBACK_BYTES } as const;
      scope.addContentTypeParser<Buffer>("*", limits, async (_request: FastifyRequest, body: Buffer) => body);
      // Payments and refunds tell in the body which they are about; the second address is for channels that take one for each.
      for (const path of ["/:channel/:accountNo", "/:channel/:accountNo/refunds"]) {
        scope.post<CallbackRoute>(path, (request, reply) => answerCallback(request, reply, parts));
      }
      scope.setErrorHandler<Error, CallbackRoute>((thrown, request, reply) =>
        answerFailure(thrown, { request, reply, parts }),
      );
    },
    { prefix: "/callbacks" },
  );
}

type CallbackRequest = FastifyRequest<CallbackRoute>;

async function answerCallback(request: CallbackRequest, reply: FastifyReply, parts: CallbackParts): Promise<void> {
  const { channel, accountNo } = request.params;
  if (!parts.channels.has(channel)) return reply.callNotFound();
  const body = request.body instanceof Uint8Array ? request.body : new Uint8Array();
  const raw = { headers: singleHeaders(request), body };
  const { answer, afterwards } = await parts.receive({ channel, accountNo, raw });
  if (afterwards) {
    const sent = once(reply.raw, "close");
    parts.background.run(() => sent.then(afterwards), { traceId: request.facts.traceId, channel });
  }
  send(reply, answer);
}

/** A callback that cannot be read or stored is answered as a failure, so that the channel sends it again. */
function answerFailure(
  thrown: Error,
  { request, reply, parts }: { request: CallbackRequest; reply: FastifyReply; parts: CallbackParts },
): void {
  const { traceId } = request.facts;
  const status = statusOf(thrown);
  if (status < 500) parts.log.warn({ traceId, reason: thrown.message }, "callback refused");
  else parts.log.error({ traceId, err: thrown }, "callback failed");
  const rejected = parts.channels.get(request.params.channel)?.answers.rejected;
  send(reply, { headers: {}, body: "", ...rejected, status });
}

function statusOf(thrown: Error): number {
  if (thrown instanceof PayhubError) return getHTTPStatusCodeFromError(toTrpcError(thrown));
  return "statusCode" in thrown && typeof thrown.statusCode === "number" ? thrown.statusCode : 500;
}

function send(reply: FastifyReply, answer: HttpAnswer): void {
  reply.code(answer.status).headers(answer.headers).send(answer.body);
}

function singleHeaders(request: FastifyRequest): Record<string, string | undefined> {
  const single = (value: string | string[] | undefined) => (Array.isArray(value) ? value.join(",") : value);
  return Object.fromEntries(Object.entries(request.headers).map(([name, value]) => [name, single(value)]));
}
