import { z } from "zod";
import type { Unknown, Unsent } from "../channel.ts";
import type { Answered } from "./exchange.ts";
import type { Line } from "./line.ts";
import { parseJson } from "./parse-json.ts";
import { type ChannelRequest, send } from "./send.ts";
import { isUnknownCode } from "./status.ts";
import { whyNotGenuine } from "./verify.ts";

const MAX_MESSAGE_CHARS = 256;

/** The channel named an error that settles nothing. */
interface Undecided extends Unknown {
  code?: string | undefined;
}

/** What one call came to: `done` holds bytes that the channel signed, `refused` its own words. */
export type CallResult =
  | { kind: "done"; body: Uint8Array }
  | { kind: "refused"; code: string; message: string }
  | Undecided
  | Unsent;

const errorSchema = z.object({ code: z.string().min(1).max(64), message: z.string().default("") });

/** Makes one signed call under one deadline, and believes only a signed success or an explicit refusal. */
export async function call(line: Line, request: ChannelRequest): Promise<CallResult> {
  const until = performance.now() + line.runtime.deadlineMs;
  if (!(await line.keys.ready(until)))
    return { kind: "unsent", reason: "not sent: no platform certificate could be had" };
  const answer = await send(line, request, until);
  if (answer.kind !== "answered") return answer;
  return answer.status === 200 || answer.status === 204 ? believe(line, answer, until) : readError(answer);
}

async function believe(line: Line, answer: Answered, until: number): Promise<CallResult> {
  const keyOf = (serial: string) => line.keys.keyOf(serial, until);
  const doubt = await whyNotGenuine(answer, { now: line.runtime.clock.now(), keyOf });
  if (doubt === undefined) return { kind: "done", body: answer.body };
  return { kind: "unknown", reason: `the answer is not believed: ${doubt}` };
}

/** Errors come unsigned: https://pay.weixin.qq.com/doc/v3/merchant/4012081717 gives their codes. */
function readError({ status, body }: Answered): CallResult {
  const error = parseJson(errorSchema, body);
  const isRefusal = status >= 400 && status < 500 && status !== 429;
  if (isRefusal && error && !isUnknownCode(error.code)) {
    return { kind: "refused", code: error.code, message: error.message.slice(0, MAX_MESSAGE_CHARS) };
  }
  return { kind: "unknown", code: error?.code, reason: `answered HTTP ${status} ${error?.code ?? "without a code"}` };
}
