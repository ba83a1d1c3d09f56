import { readFileSync } from "node:fs";
import type { FastifyInstance } from "fastify";
import Fastify from "fastify";
import type { Core, LedgerEntry } from "../core/channel.ts";
import { SimulatorError, type SimulatorErrorCode } from "../core/error.ts";
import type { PayerActions } from "../core/payer.ts";
import { registerControl } from "./control.ts";
import { renderPhonePage } from "./page.ts";
import { choosePhoneLanguage } from "./texts.ts";

export interface PhoneOptions {
  core: Core;
  payer: PayerActions;
  ledger(): LedgerEntry[];
}

const maxBodyBytes = 16 * 1024;
const maxCodeLength = 1024;

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
  const style = readFileSync(new URL("./assets/phone.css", import.meta.url), "utf8");
  const script = readFileSync(new URL("./assets/phone.js", import.meta.url), "utf8");
  server.get<{ Querystring: { lang?: string | string[] } }>("/", (request, reply) => {
    const lang = [request.query.lang].flat()[0];
    const language = choosePhoneLanguage({ lang, acceptLanguage: request.headers["accept-language"] });
    return reply
      .type("text/html; charset=utf-8")
      .header("content-security-policy", "default-src 'self'; img-src data:; frame-ancestors 'none'")
      .header("cache-control", "no-store")
      .header("vary", "accept-language")
      .send(renderPhonePage(language));
  });
  server.get("/phone.css", (_request, reply) => reply.type("text/css; charset=utf-8").send(style));
  server.get("/phone.js", (_request, reply) => reply.type("text/javascript; charset=utf-8").send(script));
}

/** The answers carry the simulator's `now` (epoch ms), which the page's countdown follows. */
function registerPayer(server: FastifyInstance, { core, payer }: PhoneOptions): void {
  for (const action of ["open", "pay", "refuse"] as const) {
    server.post<{ Body: { code: string } }>(`/api/${action}`, { schema: { body: codeBody } }, (request, reply) =>
      reply.send({ ...payer[action](request.body.code.trim()), now: core.clock.now() }),
    );
  }
}
