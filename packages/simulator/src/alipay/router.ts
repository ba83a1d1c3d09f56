import { randomBytes } from "node:crypto";
import { type FastifyInstance, type FastifyReply, type FastifyRequest, fastify } from "fastify";
import type { Core } from "../core/channel.ts";
import { disturb } from "../core/disturb.ts";
import type { Fault } from "../core/faults.ts";
import type { RepeatPrecreate } from "./call.ts";
import { renderEnvelope } from "./envelope.ts";
import { type AlipayAnswer, AlipayRefusal, gatewayRefusal } from "./errors.ts";
import { admitRequest, alipayMethods, parseBizContent } from "./gateway.ts";
import type { AlipayMerchant } from "./merchant.ts";
import type { OrderBook } from "./order.ts";
import type { AlipayParams } from "./sign.ts";

const maxBodyBytes = 1024 * 1024;

type RouterOptions = {
  core: Core;
  orders: OrderBook;
  merchants: ReadonlyMap<string, AlipayMerchant>;
  repeatPrecreate: RepeatPrecreate;
};

type Reply = { status: number; body: string; outcome: string };

/** The HTTP server with the one URL of Alipay's v2 gateway, not listening yet. */
export function createAlipayServer(options: RouterOptions): FastifyInstance {
  const server = fastify({ bodyLimit: maxBodyBytes, forceCloseConnections: true });
  server.removeAllContentTypeParsers();
  server.addContentTypeParser("*", { parseAs: "string" }, (_request, body, done) => done(null, body));
  server.route({
    method: ["GET", "POST"],
    url: "/gateway.do",
    handler: (request, reply) => serve(options, request, reply),
  });
  return server;
}

async function serve(options: RouterOptions, request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
  const { core } = options;
  const params = readParams(request);
  const operation = alipayMethods[params.method ?? ""]?.operation;
  const outTradeNo = outTradeNoOf(params);
  const fault = operation && core.faults.take({ channel: "alipay", operation, outTradeNo });
  const record = (outcome: string) =>
    core.calls.record({
      channel: "alipay",
      operation: operation ?? "unknown",
      outTradeNo,
      at: core.clock.now(),
      outcome,
    });
  const work = () => answerUnder(fault, params, options);
  const answer = await disturb({ fault, reply, clock: core.clock, work });
  record(answer?.outcome ?? fault?.kind ?? "unknown");
  if (!answer) return reply;
  return reply
    .code(answer.status)
    .header("content-type", "text/html;charset=utf-8")
    .header("trace_id", randomBytes(16).toString("hex"))
    .send(answer.body);
}

/** Alipay reads the query and the form as one set of parameters. */
function readParams(request: FastifyRequest): AlipayParams {
  const query = new URL(request.raw.url ?? "/", "http://gateway").searchParams;
  const form = new URLSearchParams(typeof request.body === "string" ? request.body : "");
  return Object.fromEntries([...query, ...form]);
}

function outTradeNoOf(params: AlipayParams): string | undefined {
  const outTradeNo = parseBizContent(params)?.out_trade_no;
  return typeof outTradeNo === "string" ? outTradeNo : undefined;
}

/** The answer, changed by the faults that concern the answer itself. */
function answerUnder(fault: Fault | undefined, params: AlipayParams, options: RouterOptions): Reply {
  switch (fault?.kind) {
    case "status":
      if (fault.committed) answerRequest(params, options);
      return { status: fault.status, body: fault.code ?? "", outcome: String(fault.status) };
    case "unknown_result":
      if (fault.committed) answerRequest(params, options);
      return envelopeOf(params, options, gatewayRefusal("isp.unknow-error").answer);
    case "bad_signature": {
      const honest = answerRequest(params, options);
      const { body } = envelopeOf(params, options, { code: "10000", msg: "Forged" });
      const forgedSign = /"sign":"[^"]*"/.exec(body)?.[0] ?? "";
      return { ...honest, body: honest.body.replace(/"sign":"[^"]*"/, forgedSign), outcome: fault.kind };
    }
    case "unsigned": {
      const honest = answerRequest(params, options);
      return { ...honest, body: honest.body.replace(/,"sign":"[^"]*"\}$/, "}"), outcome: fault.kind };
    }
    case "stale_timestamp":
    case "unknown_serial":
    case "probe":
      throw new Error(`Alipay has no such fault: ${fault.kind}`);
    default:
      return answerRequest(params, options);
  }
}

function answerRequest(params: AlipayParams, options: RouterOptions): Reply {
  try {
    return envelopeOf(params, options, handleRequest(params, options));
  } catch (error) {
    if (!(error instanceof AlipayRefusal)) throw error;
    return envelopeOf(params, options, error.answer);
  }
}

function handleRequest(params: AlipayParams, options: RouterOptions): AlipayAnswer {
  if (!params.method) throw gatewayRefusal("isv.missing-method");
  if (!params.app_id) throw gatewayRefusal("isv.missing-app-id");
  const merchant = options.merchants.get(params.app_id);
  if (!merchant) throw gatewayRefusal("isv.invalid-app-id");
  const handle = admitRequest(params, merchant);
  const biz = parseBizContent(params);
  if (!biz) throw gatewayRefusal("isv.illegal-json");
  return handle({
    merchant,
    biz,
    notifyUrl: params.notify_url,
    now: options.core.clock.now(),
    orders: options.orders,
    repeatPrecreate: options.repeatPrecreate,
  });
}

/** Signed with the key that Alipay keeps for the app; without a known app there is no key and no `sign`. */
function envelopeOf(params: AlipayParams, options: RouterOptions, answer: AlipayAnswer): Reply {
  const privateKeyPem = options.merchants.get(params.app_id ?? "")?.alipayPrivateKeyPem;
  const body = renderEnvelope({ method: params.method, answer, privateKeyPem });
  return { status: 200, body, outcome: answer.sub_code ?? answer.code };
}
