import type { Caller, Context, EventPorts, PaymentPorts, ReconciliationPorts, RefundPorts } from "@payhub/contract";
import { PayhubError, type Randomness } from "@payhub/domain";
import type { Logger } from "@payhub/runtime";
import type { SignedRequest } from "@payhub/services";
import { type FastifyInstance, type FastifyReply, type FastifyRequest, fastify } from "fastify";
import { authenticateRequest } from "./authenticate-request.ts";
import { type CallbackParts, mountCallbacks } from "./callbacks.ts";
import { mountHealth, type Readiness } from "./health.ts";
import { answerError } from "./http-errors.ts";
import { beginFacts, logRequest, trackRequests } from "./request-facts.ts";
import { MAX_CALL_BYTES, mountTrpc } from "./trpc.ts";

/** What the server calls when a request arrived. */
export interface HttpParts extends CallbackParts {
  log: Logger;
  random: Randomness;
  authenticate(signed: SignedRequest): Promise<Caller>;
  payments: PaymentPorts;
  refunds: RefundPorts;
  events: EventPorts;
  reconciliation: ReconciliationPorts;
  readiness(): Promise<Readiness>;
}

/** The server, not listening yet. */
export interface Http {
  server: FastifyInstance;
  /** Begins to end: cuts the subscriptions, whose clients connect anew, and keeps no connection open after its answer. */
  drain(): void;
}

const LIMITS = {
  /** For the request to arrive whole, headers and body. */
  requestTimeoutMs: 30_000,
  headersTimeoutMs: 10_000,
  /** Longer than the longest poll and the time between two pings of a subscription. */
  idleTimeoutMs: 120_000,
  keepAliveTimeoutMs: 65_000,
  headerBytes: 16 * 1024,
  connections: 10_000,
} as const;

/** Builds the server with its limits; refusals of every kind read like the error of a procedure. */
export function createHttp(parts: HttpParts): Http {
  const open = new Set<FastifyReply>();
  let draining = false;
  const contextOf = (request: FastifyRequest) => createContext(request, parts);
  const server = fastify({
    bodyLimit: MAX_CALL_BYTES,
    requestTimeout: LIMITS.requestTimeoutMs,
    connectionTimeout: LIMITS.idleTimeoutMs,
    keepAliveTimeout: LIMITS.keepAliveTimeoutMs,
    http: { headersTimeout: LIMITS.headersTimeoutMs, maxHeaderSize: LIMITS.headerBytes },
    forceCloseConnections: "idle",
    return503OnClosing: false,
    exposeHeadRoutes: false,
    // No hook runs for these.
    frameworkErrors: async (error, request, reply) => {
      beginFacts(request, reply, parts.random);
      await answerError(error, { request, reply, context: contextOf(request), log: parts.log });
      logRequest(request, reply, parts.log);
    },
  });
  server.server.maxConnections = LIMITS.connections;
  trackRequests(server, parts);
  server.addHook("onResponse", (request, _reply, done) => {
    if (draining) request.raw.socket.end();
    done();
  });
  server.setErrorHandler((thrown, request, reply) =>
    answerError(thrown, { request, reply, context: contextOf(request), log: parts.log }),
  );
  server.setNotFoundHandler(() => {
    throw new PayhubError("NOT_FOUND", "there is nothing at this address; procedures are under /trpc");
  });
  mountHealth(server, parts.readiness);
  mountCallbacks(server, parts);
  mountTrpc(server, {
    log: parts.log,
    contextOf,
    onStream(reply) {
      open.add(reply);
      reply.raw.once("close", () => open.delete(reply));
    },
  });
  return {
    server,
    drain() {
      draining = true;
      for (const reply of open) reply.raw.destroy();
    },
  };
}

function createContext(request: FastifyRequest, parts: HttpParts): Context {
  const { authenticate, payments, refunds, events, reconciliation } = parts;
  return {
    traceId: request.facts.traceId,
    authenticate: () => authenticateRequest(request, authenticate),
    payments,
    refunds,
    events,
    reconciliation,
  };
}
