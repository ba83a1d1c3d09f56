import type { Caller } from "@payhub/contract";
import { PayhubError } from "@payhub/domain";
import type { SignedRequest } from "@payhub/services";
import type { FastifyRequest } from "fastify";
import { duplicateKeyOf } from "./json-keys.ts";
import { splitTarget } from "./request-facts.ts";

/** Verifies who calls, then refuses a body or an input that two JSON parsers could read as two different things. */
export async function authenticateRequest(
  request: FastifyRequest,
  authenticate: (signed: SignedRequest) => Promise<Caller>,
): Promise<Caller> {
  const { method, facts, headers } = request;
  const [path, query] = splitTarget(request.raw.url);
  const caller = await authenticate({ method, path, query, body: facts.rawBody, headers });
  facts.appId = caller.appId;
  refuseAmbiguousJson(method === "GET" ? inputOf(request.query) : request.body);
  return caller;
}

function inputOf(query: unknown): unknown {
  return typeof query === "object" && query !== null && "input" in query ? query.input : undefined;
}

function refuseAmbiguousJson(text: unknown): void {
  if (text === undefined || text === "") return;
  if (typeof text !== "string") throw new PayhubError("INVALID_INPUT", "the query holds input more than once");
  try {
    JSON.parse(text);
  } catch (cause) {
    throw new PayhubError("INVALID_INPUT", "the input is not valid JSON", { cause });
  }
  const key = duplicateKeyOf(text);
  if (key === null) return;
  const shown = key.slice(0, 64);
  throw new PayhubError("INVALID_INPUT", `the input has the key ${JSON.stringify(shown)} twice in one object`, {
    details: { key: shown },
  });
}
