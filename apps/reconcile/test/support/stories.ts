import { PayhubError } from "@payhub/client";
import { vi } from "vitest";
import type { Way } from "./scenes.ts";
import type { End, Taken, Till } from "./till.ts";

/** What happens to a payment of one way; tells how each payment that it took ended. */
type Story = (till: Till, way: Way) => Promise<End[]>;

const PASSWORD = { password: true } as const;
const isTill = ({ placedBy }: Way) => placedBy === "till";
const closeNow = ({ fleet }: Till, { paymentNo }: Taken) => fleet.client.payments.close.mutate({ paymentNo });

/** Fails the story with what was found instead. */
function must(holds: boolean, what: string): void {
  if (!holds) throw new Error(`not so: ${what}`);
}

/** The payer pays at once; at a till without and with a password. */
export const paid: Story = async (till, way) => {
  const { payer } = till.fleet.simulator;
  if (!isTill(way)) {
    const taken = await till.take(way);
    payer.pay(await taken.code());
    return [await till.endOf(taken)];
  }
  const atOnce = await till.take(way);
  must(atOnce.status === "succeeded", "the till hears of it at once");
  const typed = await till.take(way, PASSWORD);
  must(typed.status === "created", "the till waits for the password");
  payer.confirm(await typed.code());
  return Promise.all([atOnce, typed].map(till.endOf));
};

/** The payer turns away: that is no final word before the bound at a till, and never one elsewhere. */
export const refused: Story = async (till, way) => {
  const { payer } = till.fleet.simulator;
  if (isTill(way)) {
    const short = till.take(way, { balance: "not_enough" });
    const code = await short.then(
      () => "taken",
      (error: unknown) => (error instanceof PayhubError ? error.code : "unexpected"),
    );
    must(code === "CHANNEL_REJECTED", `the payer's funds do not suffice, and the call says ${code}`);
  }
  const taken = await (way.knownFrom === "paid" || isTill(way) ? till.takeLate(way, PASSWORD) : till.take(way));
  const code = await taken.code();
  if (!isTill(way)) payer.open(code);
  payer.refuse(code);
  const { status } = await till.fleet.client.payments.get.query({ paymentNo: taken.paymentNo });
  must(status === "created", `a payer who turned away may come back, and the payment is ${status}`);
  if (!isTill(way)) await closeNow(till, taken);
  return [await till.endOf(taken)];
};

/** Nobody pays until it is too late: one payer looked at the order, one never did; at a till nobody types the password. */
export const expired: Story = async (till, way) => {
  const looked = await till.takeLate(way, PASSWORD);
  if (isTill(way)) return [await till.endOf(looked)];
  till.fleet.simulator.payer.open(await looked.code());
  return Promise.all([looked, await till.takeLate(way)].map(till.endOf));
};

/** As `expired`, at a till of WeChat Pay, which takes nothing back while the payer may type: `prompt` goes away by itself. */
export async function dallied(till: Till, way: Way, prompt: { refuses(): void; gone: Promise<void> }): Promise<End[]> {
  const { calls } = till.fleet.simulator;
  const taken = await till.takeLate(way, PASSWORD);
  const isAsked = () => calls().some((call) => call.operation === "reverse" && call.outTradeNo === taken.attemptNo);
  await vi.waitUntil(isAsked, { timeout: 40_000, interval: 50 });
  prompt.refuses();
  await prompt.gone;
  return [await till.endOf(taken)];
}

/** The business gives it up before anybody paid; where the channel knows no trade yet, it stays open until its time is over. */
export const closedByUs: Story = async (till, way) => {
  const isKnown = way.knownFrom === "placed";
  const taken = await (isKnown ? till.take(way, PASSWORD) : till.takeLate(way));
  const { status, closing } = await closeNow(till, taken);
  const isTyping = isTill(way) && way.channel === "wechatpay";
  const wanted = isKnown && !isTyping ? "closed" : "created";
  must(status === wanted && closing === (wanted === "created"), `closing says ${status}`);
  if (isTyping) till.fleet.simulator.payer.refuse(await taken.code());
  return [await till.endOf(taken)];
};

/** One callback comes five times. */
export const duplicateCallback: Story = async (till, way) => {
  const { payer, faults, callbacks } = till.fleet.simulator;
  const taken = await till.take(way, PASSWORD);
  const match = (outTradeNo: string) => outTradeNo === taken.attemptNo;
  faults.callback({ channel: way.channel, match, fault: { kind: "duplicate", count: 5 } });
  payer.pay(await taken.code());
  const delivered = () => callbacks.deliveries().filter(({ outTradeNo }) => match(outTradeNo));
  await vi.waitUntil(() => delivered().length >= 5, { timeout: 20_000, interval: 50 });
  must(
    delivered().every(({ accepted }) => accepted),
    "each repeat is acknowledged",
  );
  return [await till.endOf(taken)];
};

/** No callback comes. */
export const lostCallback: Story = async (till, way) => {
  const { payer, callbacks } = till.fleet.simulator;
  const taken = await till.take(way, PASSWORD);
  loseCallbacks(till, way, taken);
  payer.pay(await taken.code());
  const end = await till.endOf(taken);
  const own = callbacks.deliveries().filter(({ outTradeNo }) => outTradeNo === taken.attemptNo);
  must(own.length > 0 && own.every(({ fault }) => fault === "lost"), "the callback was lost");
  return [end];
};

/** The channel charged, and the answer never came: to the charge at a till, to the order's call, else to the question. */
export async function unansweredButCharged(till: Till, way: Way, ordered: Taken | undefined): Promise<End[]> {
  const taken = ordered ?? (await till.take(way));
  if (!ordered) {
    loseCallbacks(till, way, taken);
    loseAnswer(till, way, taken, ["query"]);
  }
  if (!isTill(way)) till.fleet.simulator.payer.pay(await taken.code());
  return [await till.endOf(taken)];
}

/** The call never arrived and nobody is charged: the charge at a till, the order's call, else the question and the closing. */
export async function unansweredNotCharged(till: Till, way: Way, ordered: Taken | undefined): Promise<End[]> {
  const { payer } = till.fleet.simulator;
  if (isTill(way) && ordered) return [await till.endOf(ordered)];
  const taken = ordered ?? (await till.takeLate(way));
  payer.open(await taken.code());
  if (ordered) await closeNow(till, taken);
  else loseAnswer(till, way, taken, ["query", "close"]);
  return [await till.endOf(taken)];
}

function loseCallbacks({ fleet }: Till, { channel }: Way, { attemptNo }: Taken): void {
  const match = (outTradeNo: string) => outTradeNo === attemptNo;
  fleet.simulator.faults.callback({ channel, match, times: Number.POSITIVE_INFINITY, fault: "lost" });
}

function loseAnswer(
  { fleet }: Till,
  { channel }: Way,
  { attemptNo }: Taken,
  calls: readonly ("query" | "close")[],
): void {
  const match = (outTradeNo: string) => outTradeNo === attemptNo;
  for (const operation of calls) {
    fleet.simulator.faults.script({
      channel,
      operation,
      match,
      fault: { kind: "timeout_before_commit", holdMs: 3_000 },
    });
  }
}
