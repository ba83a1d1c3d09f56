import { setTimeout as sleep } from "node:timers/promises";
import type { BillOutcome, ChannelConnection, QueryOutcome, RefundOutcome } from "@payhub/channels";
import { expect, it } from "vitest";
import { withCircuits } from "./circuits.ts";

const HALF_OPEN_AFTER_MS = 40;
const UNKNOWN = { kind: "unknown", reason: "no answer" } as const;

/** A line whose answers a test says, behind circuits that open after three that are none. */
function lineWith(answers: {
  query?: () => Promise<QueryOutcome>;
  refund?: () => Promise<RefundOutcome>;
  fetchBill?: () => Promise<BillOutcome>;
}) {
  const unsent = async () => ({ kind: "unsent", reason: "not part of this test" }) as const;
  const calls = { query: 0, refund: 0, fetchBill: 0 };
  const opened: string[] = [];
  const connection: ChannelConnection = {
    payee: { mchid: "1900000109" },
    scenes: {},
    create: unsent,
    close: unsent,
    cancel: unsent,
    queryRefund: unsent,
    readNotification: async () => ({ kind: "rejected", reason: "malformed" }),
    fetchBill: () => {
      calls.fetchBill++;
      return answers.fetchBill?.() ?? Promise.resolve({ kind: "fetched" });
    },
    readTradeBill: async function* () {
      yield [{ kind: "malformed", lineNo: 1, reason: "trade", text: "" }];
    },
    readFundFlowBill: async function* () {
      yield [{ kind: "malformed", lineNo: 1, reason: "fund flow", text: "" }];
    },
    query: () => {
      calls.query++;
      return answers.query?.() ?? Promise.resolve({ kind: "unpaid" });
    },
    refund: () => {
      calls.refund++;
      return answers.refund?.() ?? Promise.resolve({ kind: "processing", channelRefundNo: null });
    },
  };
  const settings = { failures: 3, halfOpenAfterMs: HALF_OPEN_AFTER_MS };
  const line = withCircuits(connection, settings, (operation) => opened.push(operation));
  const request = {
    attemptNo: "T1",
    channelTradeNo: "42",
    refundNo: "R1",
    amount: 1,
    total: 1,
    reason: "",
    notifyUrl: "https://payhub.example",
  };
  return { line, calls, opened, ask: () => line.query({ attemptNo: "T1" }), refund: () => line.refund(request) };
}

it("opens after so many answers in a row that are none, and then nothing is sent", async () => {
  const { ask, calls, opened } = lineWith({ query: async () => UNKNOWN });
  for (let call = 0; call < 3; call++) {
    expect(opened).toEqual([]);
    expect((await ask()).kind).toBe("unknown");
  }
  expect(opened).toEqual(["query"]);
  expect(await ask()).toEqual({ kind: "unsent", reason: "the circuit of query is open" });
  expect(calls.query).toBe(3);
});

it.each<QueryOutcome>([
  { kind: "unpaid" },
  { kind: "absent" },
  { kind: "declined", because: "refused", code: "PARAM_ERROR", message: "" },
])("stays closed while the channel answers now and then: $kind", async (answer) => {
  const answers = [UNKNOWN, UNKNOWN, answer, UNKNOWN, UNKNOWN, answer, answer];
  const { ask, calls, opened } = lineWith({ query: async () => answers[calls.query - 1] ?? UNKNOWN });
  for (const { kind } of answers) expect((await ask()).kind).toBe(kind);
  expect(opened).toEqual([]);
});

it("counts calls that could not be sent too", async () => {
  const { ask, opened } = lineWith({ query: async () => ({ kind: "unsent", reason: "refused" }) });
  for (let call = 0; call < 3; call++) await ask();
  expect(opened).toEqual(["query"]);
});

it("is one for each operation", async () => {
  const { ask, refund, opened } = lineWith({ query: async () => UNKNOWN });
  for (let call = 0; call < 4; call++) await ask();
  expect((await refund()).kind).toBe("processing");
  expect(opened).toEqual(["query"]);
});

it("probes with one call after a time, the others not sent and not waiting", async () => {
  let answer: (outcome: QueryOutcome) => void = () => undefined;
  let isDown = true;
  const { ask, calls, opened } = lineWith({
    query: () => (isDown ? Promise.resolve(UNKNOWN) : new Promise((resolve) => (answer = resolve))),
  });
  for (let call = 0; call < 3; call++) await ask();
  await sleep(HALF_OPEN_AFTER_MS + 10);
  isDown = false;
  const probe = ask();
  expect((await ask()).kind).toBe("unsent");
  expect((await ask()).kind).toBe("unsent");
  expect(calls.query).toBe(4);
  answer({ kind: "unpaid" });
  expect((await probe).kind).toBe("unpaid");
  const next = ask();
  answer({ kind: "absent" });
  expect((await next).kind).toBe("absent");
  expect(opened).toEqual(["query"]);
});

it("opens again when the probe has no answer, tells once, and tells anew of the next outage", async () => {
  let isDown = true;
  const { ask, calls, opened } = lineWith({ query: async () => (isDown ? UNKNOWN : { kind: "unpaid" }) });
  for (let call = 0; call < 3; call++) await ask();
  for (let probe = 0; probe < 2; probe++) {
    await sleep(HALF_OPEN_AFTER_MS + 10);
    expect((await ask()).kind).toBe("unknown");
    expect((await ask()).kind).toBe("unsent");
  }
  expect(calls.query).toBe(5);
  expect(opened).toEqual(["query"]);
  await sleep(HALF_OPEN_AFTER_MS + 10);
  isDown = false;
  expect((await ask()).kind).toBe("unpaid");
  isDown = true;
  for (let call = 0; call < 3; call++) await ask();
  expect(opened).toEqual(["query", "query"]);
});

it("is one for bills too, which a bill that is not there yet does not open", async () => {
  const answers: BillOutcome[] = [
    UNKNOWN,
    UNKNOWN,
    { kind: "not_ready" },
    { kind: "absent" },
    UNKNOWN,
    UNKNOWN,
    UNKNOWN,
  ];
  const { line, calls, opened, ask } = lineWith({ fetchBill: async () => answers[calls.fetchBill - 1] ?? UNKNOWN });
  const request = { billKind: "trade", businessDay: "2026-11-20", path: "/nowhere" } as const;
  for (const { kind } of answers) expect((await line.fetchBill(request)).kind).toBe(kind);
  expect(opened).toEqual(["fetchBill"]);
  expect(await line.fetchBill(request)).toEqual({ kind: "unsent", reason: "the circuit of fetchBill is open" });
  expect(calls.fetchBill).toBe(answers.length);
  expect((await ask()).kind).toBe("unpaid");
});

it("reads bills whatever the circuits are", async () => {
  const { line, ask } = lineWith({ query: async () => UNKNOWN });
  for (let call = 0; call < 4; call++) await ask();
  for await (const items of line.readTradeBill("/bill")) expect(items).toMatchObject([{ reason: "trade" }]);
  for await (const items of line.readFundFlowBill("/bill")) expect(items).toMatchObject([{ reason: "fund flow" }]);
  expect.assertions(2);
});

it("keeps who the account is and what it can do", () => {
  const { line } = lineWith({});
  expect(line.payee).toEqual({ mchid: "1900000109" });
  expect(line.scenes).toEqual({});
});
