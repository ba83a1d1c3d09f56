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

/** The code of a payment that waits for the payer's password. */
export const IN_PROCESS = "10003";

/** One account's line to the gateway. */
export interface GatewayLine {
  sdk: VerifyingSdk;
  now: () => number;
  /** A merchant's leave for a service provider's app to act for it. */
  appAuthToken?: string | undefined;
}

/** The line with who the account is, which receipts and orders name. */
export interface AccountLine extends GatewayLine {
  appId: string;
  sellerId: string;
  miniprogramAppId: string;
}

/** What a method is told of one attempt, or of none; `biz` is its `biz_content` beside `out_trade_no`. */
interface Parameters {
  attemptNo?: string;
  biz?: Readonly<Record<string, string | readonly string[]>>;
  notifyUrl?: string;
  returnUrl?: string | undefined;
}

/** One call about one attempt; without one, its answer may name no order either. */
export interface GatewayCall extends Parameters {
  method: string;
  /** Refusals that are an answer whatever the code beside them says. */
  knownRefusals?: ReadonlySet<string>;
  /** Whether {@link IN_PROCESS} is an answer; to other methods it says nothing. */
  mayBeInProcess?: boolean;
  /** Whether a success may name no order. */
  mayBeEmpty?: boolean;
}

/** A verified answer about the attempt that was asked for, or why there is none. */
export type GatewayAnswer =
  | { kind: "success"; fields: Readonly<Record<string, unknown>> }
  | { kind: "refusal"; code: string; message: string; fields: Readonly<Record<string, unknown>> }
  | Unknown
  | Unsent;

/**
 * Makes one signed call and says what is known after it; it is never repeated here, and its signed time is Beijing's
 * whatever the timezone of the process. Source: https://opendocs.alipay.com/common/02kf5q
 */
export async function callGateway(line: GatewayLine, call: GatewayCall): Promise<GatewayAnswer> {
  let answer: unknown;
  try {
    answer = await line.sdk.exec(call.method, parametersOf(line, call), { validateSign: true });
  } catch (error) {
    return outcomeOfFailure(error, call.method);
  }
  return readAnswer(answer, call);
}

/** What is signed beside the account's own parameters; nothing of it is ever undefined, which the SDK would sign as text. */
export function parametersOf(line: GatewayLine, { attemptNo, biz, notifyUrl, returnUrl }: Parameters) {
  return {
    timestamp: beijingTime(line.now()),
    ...(notifyUrl !== undefined && { notify_url: notifyUrl }),
    ...(returnUrl !== undefined && { return_url: returnUrl }),
    ...(line.appAuthToken !== undefined && { app_auth_token: line.appAuthToken }),
    biz_content: { ...(attemptNo !== undefined && { out_trade_no: attemptNo }), ...biz },
  };
}

function readAnswer(answer: unknown, call: GatewayCall): GatewayAnswer {
  const read = ANSWER.safeParse(answer);
  if (!read.success) return unknown(call.method, "an answer of another shape");
  const fields = read.data;
  const code = fields.sub_code || fields.code;
  const isInProcess = fields.code === IN_PROCESS && call.mayBeInProcess === true;
  const isKnown = isInProcess || call.knownRefusals?.has(code.toUpperCase()) === true;
  if (!isKnown && isUnknownCode(fields)) return unknown(call.method, `${code} ${fields.sub_msg ?? fields.msg ?? ""}`);
  const isSuccess = isInProcess || fields.code === "10000";
  const mayNameNone = !isSuccess || call.mayBeEmpty === true || call.attemptNo === undefined;
  if (fields.out_trade_no === undefined ? !mayNameNone : fields.out_trade_no !== call.attemptNo) {
    return unknown(call.method, "an answer about another order number");
  }
  if (isSuccess) return { kind: "success", fields };
  return {
    kind: "refusal",
    code: code.slice(0, MAX_CODE_LENGTH),
    message: (fields.sub_msg ?? fields.msg ?? "").slice(0, MAX_REASON_LENGTH),
    fields,
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
