import { readFileSync } from "node:fs";
import type { FastifyInstance } from "fastify";
import Fastify from "fastify";
import type { Channel, Core, LedgerEntry } from "../core/channel.ts";
import { SimulatorError, type SimulatorErrorCode } from "../core/error.ts";
import type { InvocationParams, PayerActions, PayerCodeOptions, PayerView } from "../core/payer.ts";
import { renderBarCode } from "./code-image.ts";
import { registerControl } from "./control.ts";
import { renderPhonePage } from "./page.ts";
import { choosePhoneLanguage } from "./texts.ts";

export interface PhoneOptions {
  core: Core;
  payer: PayerActions;
  ledger(): LedgerEntry[];
}

const maxBodyBytes = 16 * 1024;
const maxCodeLength = 4096;
const assets = ["phone.css", "phone.js", "dom.js", "order.js", "wallet.js"];

const statusOfError: Readonly<Record<SimulatorErrorCode, number>> = {
  UNKNOWN_CODE: 404,
  UNKNOWN_CALLBACK: 404,
  ALREADY_PAID: 409,
  ORDER_CLOSED: 409,
  NOTHING_TO_CONFIRM: 409,
  CODE_EXPIRED: 410,
  INVALID_INVOCATION: 422,
};

const codeBody = {
  type: "object",
  required: ["code"],
  properties: { code: { type: "string", minLength: 1, maxLength: maxCodeLength } },
} as const;

const invokeBody = {
  type: "object",
  required: ["params"],
  properties: {
    params: {
      anyOf: [
        { type: "string", minLength: 1, maxLength: maxCodeLength },
        { type: "object", maxProperties: 20, additionalProperties: { type: "string", maxLength: maxCodeLength } },
      ],
    },
  },
} as const;

const payerCodeBody = {
  type: "object",
  required: ["channel"],
  additionalProperties: false,
  properties: {
    channel: { enum: ["wechatpay", "alipay"] },
    password: { type: "boolean" },
    balance: { enum: ["ok", "not_enough"] },
    face: { type: "boolean" },
  },
} as const;

/** Builds the phone page's server: the page, the payer's actions and the control API, all answering JSON errors. */
export function createPhoneServer(options: PhoneOptions): FastifyInstance {
  const server = Fastify({
    bodyLimit: maxBodyBytes,
    forceCloseConnections: true,
    ajv: { customOptions: { coerceTypes: false, removeAdditional: false } },
  });
  server.setErrorHandler<Error & { statusCode?: number }>((error, _request, reply) => {
    if (error instanceof SimulatorError) {
      return reply.code(statusOfError[error.code]).send({ code: error.code, message: error.message });
    }
    const status = error.statusCode ?? 500;
    return reply.code(status).send({ code: status < 500 ? "INVALID_INPUT" : "INTERNAL", message: error.message });
  });
  registerPage(server);
  registerPayer(server, options);
  registerControl(server, options);
  return server;
}

function registerPage(server: FastifyInstance): void {
  server.get<{ Querystring: { lang?: string | string[] } }>("/", (request, reply) => {
    const lang = [request.query.lang].flat()[0];
    const language = choosePhoneLanguage({ lang, acceptLanguage: request.headers["accept-language"] });
    return reply
      .type("text/html; charset=utf-8")
      .header("content-security-policy", "default-src 'self'; img-src 'self' data:; frame-ancestors 'none'")
      .header("cache-control", "no-store")
      .header("vary", "accept-language")
      .send(renderPhonePage(language));
  });
  for (const asset of assets) {
    const content = readFileSync(new URL(`./assets/${asset}`, import.meta.url), "utf8");
    const type = asset.endsWith(".css") ? "text/css" : "text/javascript";
    server.get(`/${asset}`, (_request, reply) => reply.type(`${type}; charset=utf-8`).send(content));
  }
}

/** The answers carry the simulator's `now` (epoch ms), which the page's countdown follows. */
function registerPayer(server: FastifyInstance, { core, payer }: PhoneOptions): void {
  const shown = (view: PayerView) => ({ ...view, now: core.clock.now() });
  for (const action of ["open", "pay", "refuse", "confirm", "visit"] as const) {
    server.post<{ Body: { code: string } }>(`/api/${action}`, { schema: { body: codeBody } }, (request, reply) =>
      reply.send(shown(payer[action](request.body.code.trim()))),
    );
  }
  server.post<{ Body: { params: InvocationParams } }>(
    "/api/invoke",
    { schema: { body: invokeBody } },
    (request, reply) => reply.send(shown(payer.invoke(request.body.params))),
  );
  server.post<{ Body: { channel: Channel } & PayerCodeOptions }>(
    "/api/payer-code",
    { schema: { body: payerCodeBody } },
    (request, reply) => {
      const { channel, ...options } = request.body;
      return reply.send(shown(payer.open(payer.payerCode(channel, options))));
    },
  );
  server.get<{ Params: { digits: string } }>(
    "/bar-code/:digits.svg",
    { schema: { params: { type: "object", properties: { digits: { type: "string", pattern: "^\\d{16,24}$" } } } } },
    (request, reply) => reply.type("image/svg+xml").send(renderBarCode(request.params.digits)),
  );
}
