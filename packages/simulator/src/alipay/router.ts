import { randomBytes } from "node:crypto";
import { type FastifyInstance, type FastifyReply, type FastifyRequest, fastify } from "fastify";
import { disturb } from "../core/disturb.ts";
import type { Fault } from "../core/faults.ts";
import type { ChannelPayer } from "../core/payer.ts";
import { registerBillDownload } from "./bill-download.ts";
import type { AlipayContext } from "./call.ts";
import { registerCashier } from "./cashier/cashier.ts";
import { renderErrorPage } from "./cashier/error-page.ts";
import { cashierPathOf } from "./cashier/path.ts";
import { renderEnvelope } from "./envelope.ts";
import { type AlipayAnswer, AlipayRefusal, gatewayRefusal } from "./errors.ts";
import { admitRequest, parseBizContent } from "./gateway.ts";
import { findMethod } from "./methods.ts";
import type { AlipayParams } from "./sign.ts";

const maxBodyBytes = 1024 * 1024;

type Reply = { status: number; body: string; outcome: string; headers?: Readonly<Record<string, string>> };

/** The HTTP server with the one URL of Alipay's v2 gateway, its cashier and its bills, not listening yet. */
export function createAlipayServer(options: { context: AlipayContext; payer: ChannelPayer }): FastifyInstance {
  const server = fastify({ bodyLimit: maxBodyBytes, forceCloseConnections: true });
  server.removeAllContentTypeParsers();
  server.addContentTypeParser("*", { parseAs: "string" }, (_request, body, done) => done(null, body));
  server.route({
    method: ["GET", "POST"],
    url: "/gateway.do",
    handler: (request, reply) => serve(options.context, request, reply),
  });
  registerCashier(server, options);
  registerBillDownload(server, options.context);
  return server;
}

async function serve(context: AlipayContext, request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
  const { core } = context;
  const params = readParams(request);
  const operation = findMethod(params.method)?.operation;
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
  const work = () => answerUnder(fault, params, context);
  const answer = await disturb({ fault, reply, clock: core.clock, work });
  record(answer?.outcome ?? fault?.kind ?? "unknown");
  if (!answer) return reply;
  return reply
    .code(answer.status)
    .header("content-type", "text/html;charset=utf-8")
    .header("trace_id", randomBytes(16).toString("hex"))
    .headers(answer.headers ?? {})
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
function answerUnder(fault: Fault | undefined, params: AlipayParams, context: AlipayContext): Reply {
  switch (fault?.kind) {
    case "status":
      if (fault.committed) answerRequest(params, context);
      return { status: fault.status, body: fault.code ?? "", outcome: String(fault.status) };
    case "unknown_result":
      if (fault.committed) answerRequest(params, context);
      return refused(params, context, gatewayRefusal("isp.unknow-error").answer);
    case "bad_signature": {
      const honest = answerRequest(params, context);
      const { body } = envelopeOf(params, context, { code: "10000", msg: "Forged" });
      const forgedSign = /"sign":"[^"]*"/.exec(body)?.[0] ?? "";
      return { ...honest, body: honest.body.replace(/"sign":"[^"]*"/, forgedSign), outcome: fault.kind };
    }
    case "unsigned": {
      const honest = answerRequest(params, context);
      return { ...honest, body: honest.body.replace(/,"sign":"[^"]*"\}$/, "}"), outcome: fault.kind };
    }
    case "stale_timestamp":
    case "unknown_serial":
    case "probe":
      throw new Error(`Alipay has no such fault: ${fault.kind}`);
    default:
      return answerRequest(params, context);
  }
}

function answerRequest(params: AlipayParams, context: AlipayContext): Reply {
  try {
    const { method, call } = admitRequest(params, context);
    if (method.by === "api") return envelopeOf(params, context, method.handle(call));
    if (method.by === "app") throw gatewayRefusal("isv.invalid-method");
    const location = `${new URL(context.core.urls().alipay).origin}${cashierPathOf(method.place(call).qrCode)}`;
    return { status: 302, body: "", outcome: "10000", headers: { location } };
  } catch (error) {
    if (!(error instanceof AlipayRefusal)) throw error;
    return refused(params, context, error.answer);
  }
}

/** A buyer's browser gets a page, in the encoding of Alipay's own. */
function refused(params: AlipayParams, context: AlipayContext, answer: AlipayAnswer): Reply {
  if (findMethod(params.method)?.by !== "page") return envelopeOf(params, context, answer);
  const headers = { "content-type": "text/html;charset=GBK" };
  return {
    status: 200,
    body: renderErrorPage(answer, "抱歉，无法为您打开收银台"),
    outcome: answer.sub_code ?? answer.code,
    headers,
  };
}

/** Signed with the key that Alipay keeps for the app; without a known app there is no key and no `sign`. */
function envelopeOf(params: AlipayParams, context: AlipayContext, answer: AlipayAnswer): Reply {
  const merchant = context.merchants.get(params.app_id ?? "");
  const body = renderEnvelope({ method: params.method, answer, merchant });
  return { status: 200, body, outcome: answer.sub_code ?? answer.code };
}
