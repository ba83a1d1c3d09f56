import type { FastifyInstance } from "fastify";
import type { CallbackTopic } from "../core/callbacks.ts";
import type { Channel, Core, LedgerEntry, Operation } from "../core/channel.ts";
import type { CallbackFault, Fault, RefundOutcome } from "../core/faults.ts";

const channels: readonly Channel[] = ["wechatpay", "alipay"];
const operations: readonly Operation[] = [
  "create",
  "query",
  "close",
  "cancel",
  "reverse",
  "refund",
  "refund_query",
  "certificates",
  "bill",
  "bill_download",
];
const topics: readonly CallbackTopic[] = ["payment", "refund"];
const maxAdvanceMs = 400 * 86_400_000;

const wait = { type: "integer", minimum: 0 };

/** The schema of one kind of fault: what it needs and what it may have. */
function variant(kind: Fault["kind"] | CallbackFaultKind, required: object = {}, optional: object = {}): object {
  return {
    type: "object",
    required: ["kind", ...Object.keys(required)],
    additionalProperties: false,
    properties: { kind: { const: kind }, ...required, ...optional },
  };
}

const committed = { committed: { type: "boolean" } };

const callFault = {
  anyOf: [
    variant("delay", { ms: wait }),
    variant("timeout_after_commit", {}, { holdMs: wait }),
    variant("timeout_before_commit", {}, { holdMs: wait }),
    variant(
      "status",
      { status: { type: "integer", minimum: 400, maximum: 599 } },
      { code: { type: "string" }, ...committed },
    ),
    variant("drop", { when: { enum: ["before", "after"] } }),
    variant("bad_signature"),
    variant("unsigned"),
    variant("stale_timestamp"),
    variant("unknown_serial"),
    variant("probe"),
    variant("unknown_result", {}, committed),
  ],
};

const callbackFault = {
  anyOf: [
    { enum: ["lost", "forged", "probe"] },
    variant("duplicate", { count: { type: "integer", minimum: 1, maximum: 1000 } }),
    variant("delay", { ms: wait }),
    variant("reorder"),
    variant("wrong_amount", { amount: wait }),
    variant("wrong_merchant"),
  ],
};

const common = {
  channel: { enum: channels },
  outTradeNo: { type: "string", maxLength: 64 },
  times: { anyOf: [{ type: "integer", minimum: 1 }, { const: "always" }] },
};

const faultBody = {
  type: "object",
  required: ["channel", "fault"],
  oneOf: [
    {
      required: ["operation"],
      properties: { ...common, operation: { enum: operations }, fault: callFault },
    },
    {
      properties: { ...common, operation: false, topic: { enum: topics }, fault: callbackFault },
    },
  ],
};

type CallbackFaultKind = Extract<CallbackFault, object>["kind"];

/** A fault of API calls when it names an operation, of callbacks when it does not. */
type FaultBody = Scope &
  ({ operation: Operation; fault: Fault } | { operation?: undefined; topic?: CallbackTopic; fault: CallbackFault });

const refundBody = {
  type: "object",
  required: ["channel", "outcome"],
  additionalProperties: false,
  properties: {
    ...common,
    outcome: {
      anyOf: [
        {
          type: "object",
          required: ["kind"],
          additionalProperties: false,
          properties: { kind: { enum: ["succeeded", "closed", "abnormal"] }, afterMs: wait },
        },
        {
          type: "object",
          required: ["kind"],
          additionalProperties: false,
          properties: { kind: { enum: ["not_enough", "payer_abnormal"] } },
        },
      ],
    },
  },
};

type Scope = { channel: Channel; outTradeNo?: string; times?: number | "always" };

/** Adds the control API: faults, clock, ledger and call log over HTTP, for scripts that are not in this process. */
export function registerControl(
  server: FastifyInstance,
  { core, ledger }: { core: Core; ledger(): LedgerEntry[] },
): void {
  server.post<{ Body: FaultBody }>("/api/faults", { schema: { body: faultBody } }, (request, reply) => {
    const { body } = request;
    const scope = scopeOf(body);
    if (body.operation !== undefined) core.faults.script({ ...scope, operation: body.operation, fault: body.fault });
    else core.faults.callback({ ...scope, ...(body.topic && { topic: body.topic }), fault: body.fault });
    return reply.code(204).send();
  });
  server.post<{ Body: Scope & { outcome: RefundOutcome } }>(
    "/api/refunds",
    { schema: { body: refundBody } },
    (request, reply) => {
      core.faults.refund({ ...scopeOf(request.body), outcome: request.body.outcome });
      return reply.code(204).send();
    },
  );
  server.delete("/api/faults", (_request, reply) => {
    core.faults.clear();
    return reply.code(204).send();
  });
  const advanceBody = {
    type: "object",
    required: ["ms"],
    properties: { ms: { type: "integer", minimum: 0, maximum: maxAdvanceMs } },
  };
  server.post<{ Body: { ms: number } }>("/api/clock/advance", { schema: { body: advanceBody } }, (request, reply) => {
    core.clock.advance(request.body.ms);
    return reply.send({ now: core.clock.now() });
  });
  server.get("/api/ledger", (_request, reply) => reply.send(ledger()));
  server.get("/api/calls", (_request, reply) => reply.send(core.calls.list()));
}

function scopeOf({ channel, outTradeNo, times = 1 }: Scope) {
  return {
    channel,
    ...(outTradeNo !== undefined && { match: (candidate: string) => candidate === outTradeNo }),
    times: times === "always" ? Number.POSITIVE_INFINITY : times,
  };
}
