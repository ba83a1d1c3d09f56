import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { Lanes, type LaneWork, type Ordered } from "./lanes.ts";

beforeEach(() => {
  vi.useFakeTimers({ now: 0 });
});
afterEach(() => {
  vi.useRealTimers();
});

const LEASE_MS = 100_000;
const event = (paymentNo: string, sequence: number): Ordered => ({
  eventId: `${paymentNo}${sequence}`,
  paymentNo,
  sequence,
});

function open(work: Partial<LaneWork<Ordered>> = {}) {
  const handled: string[] = [];
  const acknowledged: string[] = [];
  const lanes = new Lanes<Ordered>({
    concurrency: 1,
    maxHeld: 10,
    handle: async ({ eventId }) => void handled.push(eventId),
    acknowledge: async (eventId) => void acknowledged.push(eventId),
    report: () => {},
    nowMs: () => Date.now(),
    ...work,
  });
  return { lanes, handled, acknowledged };
}

const failing = async () => {
  throw new Error("no");
};
const isDone = async (promise: Promise<void>) => {
  let done = false;
  void promise.then(() => {
    done = true;
  });
  await vi.advanceTimersByTimeAsync(0);
  return done;
};

it("runs a batch in order of sequence, whatever order it came in", async () => {
  const { lanes, handled } = open();
  lanes.offer([event("a", 3), event("a", 1), event("a", 2)], LEASE_MS);
  await vi.advanceTimersByTimeAsync(0);
  expect(handled).toEqual(["a1", "a2", "a3"]);
});

it("takes an event that it already has once, with its new lease", async () => {
  const { lanes, handled, acknowledged } = open({
    handle: async ({ eventId }) => {
      handled.push(eventId);
      await new Promise((resolve) => setTimeout(resolve, 50));
    },
  });
  lanes.offer([event("a", 1), event("a", 2)], 40);
  lanes.offer([event("a", 2)], LEASE_MS);
  lanes.offer([event("a", 1)], LEASE_MS);
  await vi.advanceTimersByTimeAsync(200);
  expect(handled).toEqual(["a1", "a2"]);
  expect(acknowledged).toEqual(["a1", "a2"]);
});

it("lets go of a failed event at once when its lease would end while it rests", async () => {
  const { lanes } = open({ handle: failing, maxHeld: 1 });
  lanes.offer([event("a", 1)], 100);
  expect(await isDone(lanes.room())).toBe(true);
});

it("has no room while it holds as much as it may, and waits for it", async () => {
  const { lanes } = open({ handle: failing, maxHeld: 2 });
  lanes.offer([event("a", 1), event("b", 1)], LEASE_MS);
  await vi.advanceTimersByTimeAsync(0);
  const room = lanes.room();
  expect(await isDone(room)).toBe(false);
  await vi.advanceTimersByTimeAsync(LEASE_MS);
  expect(await isDone(room)).toBe(true);
});

it("has room while failed events rest, and none while others wait for a slot", async () => {
  const { lanes } = open({ handle: failing });
  lanes.offer([event("a", 1)], LEASE_MS);
  expect(await isDone(lanes.room())).toBe(true);
  const busy = open({ handle: () => new Promise((resolve) => setTimeout(resolve, 10)) });
  busy.lanes.offer([event("a", 1), event("b", 1), event("c", 1)], LEASE_MS);
  expect(await isDone(busy.lanes.room())).toBe(false);
});

it("leaves no timer behind when it stops", async () => {
  const { lanes } = open({ handle: failing });
  lanes.offer([event("a", 1)], LEASE_MS);
  await vi.advanceTimersByTimeAsync(0);
  expect(vi.getTimerCount()).toBe(1);
  await lanes.stop();
  expect(vi.getTimerCount()).toBe(0);
});

it("does not rest, but ends, when a handler fails while it stops", async () => {
  const { lanes } = open({
    handle: async () => {
      await new Promise((resolve) => setTimeout(resolve, 10));
      throw new Error("no");
    },
  });
  lanes.offer([event("a", 1)], LEASE_MS);
  const stopped = lanes.stop();
  await vi.advanceTimersByTimeAsync(10);
  await stopped;
  expect(vi.getTimerCount()).toBe(0);
});
