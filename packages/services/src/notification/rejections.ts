import type { ServiceContext } from "../context.ts";

// Anybody can send rubbish to a public address: each kind is told at once, and then at most once in this time with its count.
const TOLD_EVERY_MS = 10_000;
const KINDS_AT_MOST = 1_000;

interface Tally {
  count: number;
  toldAt: number;
}

const talliesOf = new WeakMap<ServiceContext["alert"], Map<string, Tally>>();

/** Counts a callback that was not believed; tells people of the first of its kind and of a sample of the others. */
export function countRejection(
  { alert, clock }: Pick<ServiceContext, "alert" | "clock">,
  rejection: { channel: string; accountNo: string; reason: string },
): void {
  let tallies = talliesOf.get(alert);
  if (!tallies || tallies.size > KINDS_AT_MOST) {
    tallies = new Map();
    talliesOf.set(alert, tallies);
  }
  const kind = `${rejection.accountNo} ${rejection.reason}`;
  const nowMs = clock.now();
  const tally = tallies.get(kind) ?? { count: 0, toldAt: Number.NEGATIVE_INFINITY };
  tally.count++;
  tallies.set(kind, tally);
  if (nowMs - tally.toldAt < TOLD_EVERY_MS) return;
  alert("callback_rejected", { ...rejection, count: tally.count });
  tally.count = 0;
  tally.toldAt = nowMs;
}
