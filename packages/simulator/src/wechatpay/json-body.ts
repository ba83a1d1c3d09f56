import { paramError } from "./errors.ts";

/** Parses a request body into a JSON object; throws PARAM_ERROR for anything else. */
export function parseJsonBody(body: Buffer): Record<string, unknown> {
  const value = tryParse(body);
  if (!isObject(value)) throw paramError("请求报文不是合法的JSON对象");
  return value;
}

export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function tryParse(body: Buffer): unknown {
  try {
    return JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(body));
  } catch {
    return undefined;
  }
}
