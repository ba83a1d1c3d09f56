import { AlipayRequestError } from "alipay-sdk";
import { z } from "zod";
import type { Unknown, Unsent } from "../channel.ts";
import { beijingTime } from "./beijing-time.ts";
import { GatewayFault } from "./gateway-dispatcher.ts";
import { UnverifiedAnswer, type VerifyingSdk } from "./sign.ts";
import { isUnknownCode } from "./status.ts";

const MAX_REASON_LENGTH = 500;
const MAX_CODE_LENGTH = 64;

const ANSWER = z.looseObject({
  code: z.string(),
  msg: z.string().optional(),
  sub_code: z.string().optional(),
  sub_msg: z.string().optional(),
  out_trade_no: z.string().optional(),
});

/** One account's line to the gateway. */
export interface GatewayLine {
  sdk: VerifyingSdk;
  now: () => number;
}

/** The line with who the account is, which receipts and orders name. */
export interface AccountLine extends GatewayLine {
  appId: string;
  sellerId: string;
}

/** One call about one attempt; `biz` is the method's `biz_content` beside `out_trade_no`. */
export interface GatewayCall {
  method: string;
  attemptNo: string;
  biz?: Readonly<Record<string, string>>;
  notifyUrl?: string;
}

/** A verified answer about the attempt that was asked for, or why there is none. */
export type GatewayAnswer =
  | { kind: "success"; fields: Readonly<Record<string, unknown>> }
  | { kind: "refusal"; code: string; message: string }
  | Unknown
  | Unsent;

/**
 * Makes one signed call and says what is known after it; it is never repeated here, and its signed time is Beijing's
 * whatever the timezone of the process. Source: https://opendocs.alipay.com/common/02kf5q
 */
export async function callGateway(line: GatewayLine, call: GatewayCall): Promise<GatewayAnswer> {
  const parameters = {
    timestamp: beijingTime(line.now()),
    ...(call.notifyUrl !== undefined && { notify_url: call.notifyUrl }),
    biz_content: { out_trade_no: call.attemptNo, ...call.biz },
  };
  let answer: unknown;
  try {
    answer = await line.sdk.exec(call.method, parameters, { validateSign: true });
  } catch (error) {
    return outcomeOfFailure(error, call.method);
  }
  return readAnswer(answer, call);
}

function readAnswer(answer: unknown, call: GatewayCall): GatewayAnswer {
  const read = ANSWER.safeParse(answer);
  if (!read.success) return unknown(call.method, "an answer of another shape");
  const fields = read.data;
  const code = fields.sub_code || fields.code;
  if (isUnknownCode(fields)) return unknown(call.method, `${code} ${fields.sub_msg ?? fields.msg ?? ""}`);
  const isSuccess = fields.code === "10000";
  const isAboutAnother = fields.out_trade_no !== call.attemptNo;
  if (isAboutAnother && (isSuccess || fields.out_trade_no !== undefined)) {
    return unknown(call.method, "an answer about another order number");
  }
  if (isSuccess) return { kind: "success", fields };
  return {
    kind: "refusal",
    code: code.slice(0, MAX_CODE_LENGTH),
    message: (fields.sub_msg ?? fields.msg ?? "").slice(0, MAX_REASON_LENGTH),
  };
}

function outcomeOfFailure(error: unknown, method: string): Unknown | Unsent {
  if (error instanceof UnverifiedAnswer) return unknown(method, error.message);
  const fault = error instanceof AlipayRequestError ? error.cause : undefined;
  // Anything else the SDK throws, a TypeError included, is its way to choke on an answer.
  if (!(fault instanceof GatewayFault)) return unknown(method, "an answer that cannot be read");
  return fault.sent ? unknown(method, fault.message) : { kind: "unsent", reason: `${method}: ${fault.message}` };
}

function unknown(method: string, reason: string): Unknown {
  return { kind: "unknown", reason: `${method}: ${reason}`.slice(0, MAX_REASON_LENGTH) };
}
