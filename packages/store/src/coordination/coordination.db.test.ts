import { randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { describeBackends } from "@payhub/testkit";
import { describe, expect, test } from "vitest";

describeBackends("coordination", (backend) => {
  const replays = () => backend.coordination.replays;
  const begin = (key: string, lockMs = 10_000) => replays().begin(key, { value: "body", lockMs });

  async function acquire(key: string, lockMs?: number): Promise<string> {
    const state = await begin(key, lockMs);
    if (state.kind !== "acquired") throw new Error(`the key is ${state.kind}`);
    return state.token;
  }

  describe("replays", () => {
    test("give a key to one of many callers, and the answer to all later ones", async () => {
      const other = await backend.openCoordination();
      const key = randomUUID();
      const states = await Promise.all(
        Array.from({ length: 100 }, (_, index) =>
          (index % 2 ? other : backend.coordination).replays.begin(key, { value: "body", lockMs: 10_000 }),
        ),
      );
      const acquired = states.filter((state) => state.kind === "acquired");
      expect(acquired).toHaveLength(1);
      expect(states.filter((state) => state.kind === "running" && state.value === "body")).toHaveLength(99);

      await replays().finish(key, acquired[0]?.token ?? "", { value: "answer", keepMs: 10_000 });
      expect(await other.replays.begin(key, { value: "body", lockMs: 10_000 })).toEqual({
        kind: "done",
        value: "answer",
      });
    });

    test("free a key for its holder only", async () => {
      const key = randomUUID();
      const token = await acquire(key);
      await replays().release(key, randomUUID());
      expect(await begin(key)).toEqual({ kind: "running", value: "body" });
      await replays().release(key, token);
      expect((await begin(key)).kind).toBe("acquired");
    });

    test("do not free an answer", async () => {
      const key = randomUUID();
      const token = await acquire(key);
      await replays().finish(key, token, { value: "answer", keepMs: 10_000 });
      await replays().release(key, token);
      expect(await begin(key)).toEqual({ kind: "done", value: "answer" });
    });

    test("let another caller in when the lock has ended, and keep the first answer", async () => {
      const key = randomUUID();
      const late = await acquire(key, 20);
      await sleep(40);
      const second = await acquire(key);
      await replays().release(key, late);
      expect((await begin(key)).kind).toBe("running");
      await replays().finish(key, second, { value: "second's answer", keepMs: 10_000 });
      await replays().finish(key, late, { value: "late answer", keepMs: 10_000 });
      expect(await begin(key)).toEqual({ kind: "done", value: "second's answer" });
    });

    test("store the answer of a holder whose lock is gone", async () => {
      const key = randomUUID();
      const token = await acquire(key, 20);
      await sleep(40);
      await replays().finish(key, token, { value: "answer", keepMs: 10_000 });
      expect(await begin(key)).toEqual({ kind: "done", value: "answer" });
    });

    test("forget an answer after its time", async () => {
      const key = randomUUID();
      await replays().finish(key, await acquire(key), { value: "answer", keepMs: 20 });
      await sleep(40);
      expect((await begin(key)).kind).toBe("acquired");
    });
  });

  test("a nonce is used once among all processes, until its time is over", async () => {
    const other = await backend.openCoordination();
    const nonce = randomUUID();
    const uses = await Promise.all([backend.coordination, other].map(({ nonces }) => nonces.use(nonce, 60)));
    expect(uses.sort()).toEqual([false, true]);
    await sleep(80);
    expect(await other.nonces.use(nonce, 60)).toBe(true);
  });

  test("calls are counted over all processes, in windows", async () => {
    const other = await backend.openCoordination();
    const key = randomUUID();
    const counts = [];
    for (const { rates } of [backend.coordination, other, backend.coordination]) counts.push(await rates.hit(key, 100));
    expect(counts).toEqual([1, 2, 3]);
    await sleep(130);
    expect(await other.rates.hit(key, 100)).toBe(1);
  });

  describe("wake-ups", () => {
    test("reach every listener of the topic, in every process", async () => {
      const other = await backend.openCoordination();
      const topic = randomUUID();
      const listeners = [other, backend.coordination].map(({ wakeUps }) => wakeUps.listen(topic));
      const bystander = other.wakeUps.listen(randomUUID());
      await Promise.all([...listeners, bystander].map((listener) => listener.next(200)));
      const waiting = Promise.all(listeners.map((listener) => listener.next(5_000)));
      backend.coordination.wakeUps.notify(topic);
      expect(await waiting).toEqual([true, true]);
      expect(await bystander.next(50)).toBe(false);
      for (const listener of [...listeners, bystander]) listener.close();
    });

    test("are not missed between two waits, and told once", async () => {
      const topic = randomUUID();
      const listener = backend.coordination.wakeUps.listen(topic);
      await listener.next(50);
      backend.coordination.wakeUps.notify(topic);
      backend.coordination.wakeUps.notify(topic);
      expect(await listener.next(0)).toBe(true);
      expect(await listener.next(20)).toBe(false);
      listener.close();
    });

    test("end with false on abort, on close and on time", async () => {
      const listener = backend.coordination.wakeUps.listen(randomUUID());
      const abort = new AbortController();
      const aborted = listener.next(60_000, abort.signal);
      abort.abort();
      expect(await aborted).toBe(false);
      expect(await listener.next(60_000, abort.signal)).toBe(false);
      expect(await listener.next(10)).toBe(false);
      const closed = listener.next(60_000);
      listener.close();
      expect(await closed).toBe(false);
    });
  });

  test("is healthy", async () => {
    expect(await backend.coordination.healthy()).toBe(true);
  });
});
