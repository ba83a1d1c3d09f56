import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import Fastify from "fastify";
import { disturb } from "../core/disturb.ts";
import type { Fault } from "../core/faults.ts";
import { authorize } from "./authorize.ts";
import { billDownloadRoute } from "./bill-download.ts";
import { billRoutes } from "./bill-query.ts";
import { certificatesRoute } from "./certificates.ts";
import { closeRoutes } from "./close.ts";
import { codepayRoutes } from "./codepay.ts";
import { paramError, statusError, WechatpayError } from "./errors.ts";
import { registerH5Page } from "./h5-page.ts";
import type { Answer, AuthorizedRequest, Route } from "./handler.ts";
import type { WechatpayMerchant } from "./merchant.ts";
import { outTradeNoOf } from "./out-trade-no.ts";
import { prepayRoutes } from "./prepay.ts";
import { queryRoutes } from "./query.ts";
import { abnormalRefundRoute } from "./refund-abnormal.ts";
import { refundRoute } from "./refund-create.ts";
import { refundQueryRoute } from "./refund-query.ts";
import { reverseRoutes } from "./reverse.ts";
import type { Flaw } from "./stamp.ts";
import { requestId, signerFor, stamp } from "./stamp.ts";
import type { Wechatpay } from "./trade.ts";

const routes: readonly Route[] = [
  ...prepayRoutes,
  ...codepayRoutes,
  ...queryRoutes,
  ...closeRoutes,
  ...reverseRoutes,
  refundRoute,
  refundQueryRoute,
  abnormalRefundRoute,
  certificatesRoute,
  ...billRoutes,
  billDownloadRoute,
];

const methods = ["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"];
const bodyLimitBytes = 1_048_576;

/** The HTTP side of WeChat Pay: bodies stay raw, unknown paths are an empty 404 and wrong methods an empty 405. */
export function createRouter(wechatpay: Wechatpay): FastifyInstance {
  const server = Fastify({
    forceCloseConnections: true,
    exposeHeadRoutes: false,
    keepAliveTimeout: 8000,
    bodyLimit: bodyLimitBytes,
    routerOptions: { maxParamLength: 1000 },
    frameworkErrors: (_error, _request, reply) => {
      reply.hijack();
      reply.raw.writeHead(404).end();
    },
  });
  server.removeAllContentTypeParsers();
  server.addContentTypeParser("*", { parseAs: "buffer" }, (_request, body, done) => done(null, body));
  server.setNotFoundHandler((_request, reply) => reply.code(404).send());
  server.setErrorHandler((error, _request, reply) => {
    const isClientError = error instanceof Error && "statusCode" in error && Number(error.statusCode) < 500;
    return refuse(reply, isClientError ? paramError(error.message) : statusError(500, undefined));
  });
  for (const route of routes) {
    server.route({
      method: route.method,
      url: route.url,
      handler: (req, reply) => serve(wechatpay, route, req, reply),
    });
    const others = methods.filter((method) => method !== route.method);
    server.route({ method: others, url: route.url, handler: (_request, reply) => reply.code(405).send() });
  }
  registerH5Page(server, wechatpay);
  return server;
}

async function serve(wechatpay: Wechatpay, route: Route, incoming: FastifyRequest, reply: FastifyReply) {
  const { core, merchants, keys } = wechatpay;
  const { clock, faults, calls } = core;
  const request = {
    method: incoming.method,
    url: incoming.raw.url ?? incoming.url,
    headers: incoming.headers,
    body: Buffer.isBuffer(incoming.body) ? incoming.body : Buffer.alloc(0),
  };
  const params = Object.fromEntries(Object.entries(Object(incoming.params)).map(([k, v]) => [k, String(v)]));
  let outTradeNo = params.outTradeNo ?? outTradeNoOf(request.body);
  const record = (outcome: string) =>
    calls.record({ channel: "wechatpay", operation: route.operation, outTradeNo, at: clock.now(), outcome });
  try {
    const merchant = authorize(request, { merchants, keys, now: clock.wireNow() });
    const query = new URL(request.url, "http://localhost").searchParams;
    const serial = [request.headers["wechatpay-serial"]].flat()[0];
    const known = { mode: route.mode, merchant, params, query, serial, body: request.body };
    outTradeNo ??= route.outTradeNo?.(wechatpay, known);
    const fault = faults.take({ channel: "wechatpay", operation: route.operation, outTradeNo });
    const work = () => perform(wechatpay, route, known, fault);
    const answer = await disturb({ fault, reply, clock, work });
    record(answer ? String(statusOf(answer)) : (fault?.kind ?? "unknown"));
    if (answer) return send({ wechatpay, merchant, answer, fault, incoming, reply });
  } catch (error) {
    if (!(error instanceof WechatpayError)) throw error;
    record(`${error.status} ${error.code}`);
    return refuse(reply, error);
  }
}

/** Does the work unless the script wants an error status instead. */
async function perform(
  wechatpay: Wechatpay,
  route: Route,
  request: AuthorizedRequest,
  fault: Fault | undefined,
): Promise<Answer> {
  const isError = fault?.kind === "status" || fault?.kind === "unknown_result";
  if (!isError) return route.handle(wechatpay, request);
  if (fault.committed) await route.handle(wechatpay, request);
  const error = fault.kind === "status" ? statusError(fault.status, fault.code) : statusError(500, undefined);
  if (error.status >= 300) throw error;
  return { status: error.status, body: { code: error.code, message: error.message } };
}

interface SendOptions {
  wechatpay: Wechatpay;
  merchant: WechatpayMerchant;
  answer: Answer;
  fault: Fault | undefined;
  incoming: FastifyRequest;
  reply: FastifyReply;
}

function send({ wechatpay, merchant, answer, fault, incoming, reply }: SendOptions) {
  if (answer.file) return reply.type(answer.file.contentType).send(answer.file.content);
  const serial = incoming.headers["wechatpay-serial"];
  const body = answer.body ? JSON.stringify(answer.body) : "";
  const signature = stamp({
    keys: wechatpay.keys,
    signer: signerFor(merchant, typeof serial === "string" ? serial : undefined),
    now: wechatpay.core.clock.wireNow(),
    body,
    flaw: flawOf(fault),
  });
  reply.code(statusOf(answer)).headers({ ...generalHeaders(false), ...signature });
  return answer.body ? reply.type("application/json; charset=utf-8").send(body) : reply.send();
}

const statusOf = ({ status, body, file }: Answer) => status ?? (body || file ? 200 : 204);

/** Error answers carry no signature, as the live service's do not. */
function refuse(reply: FastifyReply, error: WechatpayError) {
  return reply
    .code(error.status)
    .headers(generalHeaders(true))
    .type("application/json; charset=utf-8")
    .send(error.body());
}

function generalHeaders(failed: boolean): Record<string, string> {
  return {
    "Request-ID": requestId(failed),
    "Cache-Control": "no-cache, must-revalidate",
    "Content-Language": "zh-CN",
    "X-Content-Type-Options": "nosniff",
    Server: "nginx",
  };
}

function flawOf(fault: Fault | undefined): Flaw | undefined {
  switch (fault?.kind) {
    case "bad_signature":
    case "unsigned":
    case "stale_timestamp":
    case "unknown_serial":
    case "probe":
      return fault.kind;
    default:
      return undefined;
  }
}
