import type { PayhubEvent } from "@payhub/domain";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { startEventLog } from "../../test/fake-log.ts";
import { type FakePayhub, startFakePayhub } from "../../test/fake-payhub.ts";
import { makeEvent, newNumber } from "../../test/make.ts";
import { createPayhubClient } from "../client.ts";
import type { Consumer } from "./consume.ts";

let payhub: FakePayhub;
let consumer: Consumer | undefined;
beforeEach(async () => {
  payhub = await startFakePayhub();
});
afterEach(async () => {
  await consumer?.stop();
  await payhub.close();
});

const clientOf = () => createPayhubClient({ url: payhub.url, appId: payhub.appId, secret: payhub.secret, retries: 0 });
const sleep = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
const until = (condition: () => boolean) => vi.waitUntil(condition, { timeout: 15_000, interval: 5 });
const quiet = { onError: () => {} };

/** Events 1 … `length` of as many payments as there are letters. */
const eventsOf = (payments: number, length: number) =>
  Array.from({ length: payments }, () => newNumber("payment")).flatMap((paymentNo) =>
    Array.from({ length }, (_, index) => makeEvent(paymentNo, index + 1)),
  );

describe("consume", () => {
  it("handles each event once, in order per payment, and acknowledges it", async () => {
    const log = startEventLog(payhub, eventsOf(10, 5));
    const seen = new Map<string, number[]>();
    consumer = clientOf().events.consume(async ({ paymentNo, sequence }) => {
      await sleep(Math.random() * 5);
      seen.set(paymentNo, [...(seen.get(paymentNo) ?? []), sequence]);
    });
    await until(() => log.pending() === 0);
    expect(seen.size).toBe(10);
    for (const order of seen.values()) expect(order).toEqual([1, 2, 3, 4, 5]);
  });

  it("handles as many payments side by side as asked, and no two events of one", async () => {
    const log = startEventLog(payhub, eventsOf(8, 3));
    const running: string[] = [];
    let most = 0;
    const handler = async ({ paymentNo }: { paymentNo: string }) => {
      expect(running).not.toContain(paymentNo);
      running.push(paymentNo);
      most = Math.max(most, running.length);
      await sleep(10);
      running.splice(running.indexOf(paymentNo), 1);
    };
    const onError = vi.fn();
    consumer = clientOf().events.consume(handler, { concurrency: 3, onError });
    await until(() => log.pending() === 0);
    expect(most).toBe(3);
    expect(onError).not.toHaveBeenCalled();
  });

  it("runs a failing event again before the later ones of its payment, while others go on", async () => {
    const [first, second, third] = eventsOf(1, 3);
    const others = eventsOf(5, 1);
    const log = startEventLog(
      payhub,
      [first, second, third, ...others].filter((event) => event !== undefined),
    );
    const order: string[] = [];
    const failed: unknown[] = [];
    let failures = 0;
    consumer = clientOf().events.consume(
      ({ eventId, paymentNo, sequence }) => {
        if (eventId === first?.eventId && ++failures <= 2) throw new Error(`failure ${failures}`);
        order.push(paymentNo === first?.paymentNo ? `failing ${sequence}` : "other");
      },
      { concurrency: 1, onError: (error, event) => failed.push([error, event?.eventId]) },
    );
    await until(() => log.pending() === 0);
    expect(order.slice(0, 5)).toEqual(["other", "other", "other", "other", "other"]);
    expect(order.slice(5)).toEqual(["failing 1", "failing 2", "failing 3"]);
    expect(failed).toEqual([
      [new Error("failure 1"), first?.eventId],
      [new Error("failure 2"), first?.eventId],
    ]);
  });

  it("backs off between the runs of a failing event", async () => {
    const log = startEventLog(payhub, eventsOf(1, 1));
    const times: number[] = [];
    const handler = () => {
      times.push(performance.now());
      if (times.length < 3) throw new Error("not yet");
    };
    consumer = clientOf().events.consume(handler, quiet);
    await until(() => log.pending() === 0);
    const [a = 0, b = 0, c = 0] = times;
    expect(b - a).toBeGreaterThanOrEqual(245);
    expect(c - b).toBeGreaterThanOrEqual(495);
  });

  it("does not start an event whose lease has passed; the server hands it out again", async () => {
    const events = eventsOf(3, 1);
    const log = startEventLog(payhub, events);
    const started: { eventId: string; leased: boolean }[] = [];
    const handler = async ({ eventId }: { eventId: string }) => {
      started.push({ eventId, leased: log.isLeased(eventId) });
      if (started.length === 1) await sleep(1_100);
    };
    consumer = clientOf().events.consume(handler, { concurrency: 1, leaseMs: 1_000 });
    await until(() => log.pending() === 0);
    expect(started.slice(1).every(({ leased }) => leased)).toBe(true);
    expect(started).toHaveLength(3);
  });

  it("acknowledges again, and does not handle again, what it handled but could not acknowledge", async () => {
    const log = startEventLog(payhub, eventsOf(1, 2));
    let refused = 0;
    payhub.fault = ({ procedure }, response) => {
      if (procedure !== "events.ack" || ++refused > 1) return false;
      response.destroy();
      return true;
    };
    const seen: number[] = [];
    const handler = ({ sequence }: PayhubEventLike) => void seen.push(sequence);
    consumer = clientOf().events.consume(handler, { leaseMs: 1_000, ...quiet });
    await until(() => log.pending() === 0);
    expect(seen).toEqual([1, 2]);
    expect(log.acknowledged()).toEqual([1, 2]);
  });

  it("never has two acknowledgements of one payment out of order", async () => {
    const log = startEventLog(payhub, eventsOf(1, 6));
    consumer = clientOf().events.consume(() => sleep(1).then(() => {}), { batch: 6 });
    await until(() => log.pending() === 0);
    expect(log.acknowledged()).toEqual([1, 2, 3, 4, 5, 6]);
  });

  it("survives a restart of the server", async () => {
    const log = startEventLog(payhub, eventsOf(2, 1));
    const seen: string[] = [];
    const handler = ({ eventId }: PayhubEventLike) => void seen.push(eventId);
    consumer = clientOf().events.consume(handler, { waitMs: 200, ...quiet });
    await until(() => log.pending() === 0);
    await payhub.restart(300);
    log.append(eventsOf(3, 1));
    await until(() => log.pending() === 0);
    expect(new Set(seen).size).toBe(5);
  });

  it("backs off while payhub cannot be reached, and tells of it", async () => {
    payhub.fault = (_, response) => response.destroy() !== undefined;
    const onError = vi.fn();
    consumer = clientOf().events.consume(() => {}, { onError });
    await sleep(1_000);
    expect(payhub.requests.length).toBeGreaterThanOrEqual(2);
    expect(payhub.requests.length).toBeLessThanOrEqual(4);
    expect(onError).toHaveBeenCalledWith(expect.objectContaining({ code: "OUTCOME_UNKNOWN" }), undefined);
  });

  it("asks at most once a second while the server says at once that there is nothing", async () => {
    payhub.events.pull = async () => ({ events: [], leasedUntil: null });
    consumer = clientOf().events.consume(() => {});
    await sleep(1_300);
    expect(payhub.requests).toHaveLength(2);
  });

  it("a throwing onError stops nothing", async () => {
    const warn = vi.spyOn(process, "emitWarning").mockImplementation(() => {});
    const log = startEventLog(payhub, eventsOf(2, 1));
    let failed = false;
    const handler = () => {
      if (failed) return;
      failed = true;
      throw new Error("once");
    };
    const onError = () => {
      throw new Error("onError failed");
    };
    consumer = clientOf().events.consume(handler, { onError });
    await until(() => log.pending() === 0);
    expect(warn).toHaveBeenCalledWith("onError failed", "PayhubWarning");
    warn.mockRestore();
  });
});

describe("stop", () => {
  it("lets running handlers end, acknowledges them, and starts no other", async () => {
    const log = startEventLog(payhub, eventsOf(5, 2));
    let started = 0;
    let ended = 0;
    consumer = clientOf().events.consume(
      async () => {
        started++;
        await sleep(100);
        ended++;
      },
      { concurrency: 2 },
    );
    await until(() => started === 2);
    await consumer.stop();
    expect([started, ended, log.pending()]).toEqual([2, 2, 8]);
    await sleep(50);
    expect(started).toBe(2);
  });

  it("ends a long poll at once", async () => {
    startEventLog(payhub, []);
    consumer = clientOf().events.consume(() => {}, { waitMs: 20_000 });
    await until(() => payhub.requests.length === 1);
    const beganMs = performance.now();
    await consumer.stop();
    expect(performance.now() - beganMs).toBeLessThan(500);
  });

  it("does not wait for a failing event's rest", async () => {
    startEventLog(payhub, eventsOf(1, 1));
    const onError = vi.fn();
    const handler = () => Promise.reject(new Error("always"));
    consumer = clientOf().events.consume(handler, { onError });
    await until(() => onError.mock.calls.length === 1);
    const beganMs = performance.now();
    await consumer.stop();
    expect(performance.now() - beganMs).toBeLessThan(200);
    await sleep(600);
    expect(onError).toHaveBeenCalledTimes(1);
  });

  it("follows the signal", async () => {
    startEventLog(payhub, []);
    const giveUp = new AbortController();
    consumer = clientOf().events.consume(() => {}, { signal: giveUp.signal });
    await until(() => payhub.requests.length === 1);
    giveUp.abort();
    await consumer.finished;
  });
});

it.each([{ concurrency: 0 }, { batch: 101 }, { waitMs: 30_001 }, { leaseMs: 999 }])("refuses %j", (options) => {
  expect(() => clientOf().events.consume(() => {}, options)).toThrow(Object.keys(options)[0]);
});

type PayhubEventLike = Pick<PayhubEvent, "eventId" | "sequence">;
