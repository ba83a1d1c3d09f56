import type { Randomness } from "@payhub/domain";
import type { Logger } from "@payhub/runtime";
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { traceIdOf } from "./trace.ts";

/** What is known of a request while it is handled. */
interface RequestFacts {
  traceId: string;
  startedAt: number;
  /** The body's bytes as they came. */
  rawBody: Uint8Array;
  /** Known once the signature was verified. */
  appId: string | undefined;
  /** The payhub code it was refused with. */
  code: string | undefined;
}

declare module "fastify" {
  interface FastifyRequest {
    facts: RequestFacts;
  }
}

const MAX_LOGGED_PATH = 200;
const NO_BODY = new Uint8Array();

/** Gives each request its facts and the answer its trace id, and writes one line when it is done; never a body, never a query. */
export function trackRequests(server: FastifyInstance, { log, random }: { log: Logger; random: Randomness }): void {
  server.decorateRequest("facts");
  server.addHook("onRequest", (request, reply, done) => {
    beginFacts(request, reply, random);
    done();
  });
  server.addHook("onResponse", (request, reply, done) => {
    logRequest(request, reply, log);
    done();
  });
}

/** Writes a request's line. */
export function logRequest(request: FastifyRequest, reply: FastifyReply, log: Logger): void {
  const { traceId, startedAt, appId, code } = request.facts;
  const line = {
    method: request.method,
    path: splitTarget(request.raw.url)[0].slice(0, MAX_LOGGED_PATH),
    status: reply.statusCode,
    ms: Math.round((performance.now() - startedAt) * 10) / 10,
    traceId,
    appId,
    code,
  };
  if (reply.statusCode >= 500) log.error(line, "request failed");
  else log.info(line, "request");
}

/** Starts a request's facts and tells the caller its trace id. */
export function beginFacts(request: FastifyRequest, reply: FastifyReply, random: Randomness): void {
  const { traceparent } = request.headers;
  const traceId = traceIdOf(typeof traceparent === "string" ? traceparent : undefined, random);
  request.facts = { traceId, startedAt: performance.now(), rawBody: NO_BODY, appId: undefined, code: undefined };
  reply.header("payhub-trace-id", traceId);
}

/** Path and query of a request's target as they were sent; the query without its `?`. */
export function splitTarget(target: string | undefined): [path: string, query: string] {
  const url = target ?? "/";
  const mark = url.indexOf("?");
  return mark < 0 ? [url, ""] : [url.slice(0, mark), url.slice(mark + 1)];
}
