import { setTimeout as sleep } from "node:timers/promises";
import { PayhubError } from "@payhub/domain";
import { openCoordination } from "@payhub/store";
import { describeBackends, openPlatform, type TestPlatform } from "@payhub/testkit";
import { afterAll, beforeAll, expect, it } from "vitest";
import { codeOf, flushCoordination, refusalOf } from "../../test/support.ts";
import type { ServiceContext } from "../context.ts";
import { digestRequest } from "./digest.ts";
import { type KeyedCall, once } from "./once.ts";

describeBackends("once", (backend) => {
  let platform: TestPlatform;
  let ctx: ServiceContext;
  let calls = 0;

  beforeAll(async () => {
    platform = await openPlatform(backend);
    ctx = platform.ctx;
  });
  afterAll(() => platform.close());

  const call = (changes: Partial<KeyedCall> = {}): KeyedCall => ({
    appId: "APP1",
    idempotencyKey: `key-${++calls}`,
    digest: digestRequest("op", { amount: 1288, note: "private words" }),
    ...changes,
  });
  const impatient = () => ({ ...ctx, settings: { ...ctx.settings, replayWaitMs: 150 } });

  /** Work that is counted, and waits until it may end. */
  function work() {
    let end = () => {};
    const ended = new Promise<void>((resolve) => {
      end = resolve;
    });
    let runs = 0;
    const run = async () => {
      runs++;
      await ended;
      return { runs };
    };
    return { run, end, runs: () => runs };
  }

  it("stores the answer and replays it", async () => {
    const keyed = call();
    expect(await once(ctx, keyed, async () => ({ number: 7 }))).toEqual({ number: 7, replayed: false });
    const second = once(ctx, keyed, () => Promise.reject(new Error("ran again")));
    expect(await second).toEqual({ number: 7, replayed: true });
  });

  it("refuses another body under the same key, naming the fields and no value", async () => {
    const keyed = call();
    await once(ctx, keyed, async () => ({}));
    const other = { ...keyed, digest: digestRequest("op", { amount: 9999, subject: "other words" }) };
    const error = await refusalOf(once(ctx, other, async () => ({})));
    expect(error).toMatchObject({
      code: "IDEMPOTENCY_KEY_REUSED",
      retryable: false,
      details: { fields: ["amount", "note", "subject"] },
    });
    expect(`${error.message} ${JSON.stringify(error.details)}`).not.toMatch(/1288|9999|words/);
  });

  it("refuses another body at once while the first call runs", async () => {
    const first = work();
    const keyed = call();
    const running = once(ctx, keyed, first.run);
    await expect.poll(first.runs).toBe(1);
    const startedAt = performance.now();
    expect(await codeOf(once(ctx, { ...keyed, digest: digestRequest("op", {}) }, first.run))).toBe(
      "IDEMPOTENCY_KEY_REUSED",
    );
    expect(performance.now() - startedAt).toBeLessThan(1_000);
    first.end();
    await running;
  });

  it("keeps apps apart", async () => {
    const keyed = call();
    await once(ctx, keyed, async () => ({ of: "APP1" }));
    expect(await once(ctx, { ...keyed, appId: "APP2" }, async () => ({ of: "APP2" }))).toEqual({
      of: "APP2",
      replayed: false,
    });
  });

  it("lets a repeat wait for the running call and gives it the same answer soon after", async () => {
    const first = work();
    const keyed = call();
    const other = { ...ctx, coordination: await backend.openCoordination() };
    const running = once(ctx, keyed, first.run);
    await expect.poll(first.runs).toBe(1);
    const repeats = Promise.all([once(ctx, keyed, first.run), once(other, keyed, first.run)]);
    await sleep(50);
    const endedAt = performance.now();
    first.end();
    expect(await running).toEqual({ runs: 1, replayed: false });
    expect(await repeats).toEqual([
      { runs: 1, replayed: true },
      { runs: 1, replayed: true },
    ]);
    expect(performance.now() - endedAt).toBeLessThan(1_000);
  });

  it("answers IN_PROGRESS past the bound, with the time to wait", async () => {
    const first = work();
    const keyed = call();
    const running = once(ctx, keyed, first.run);
    await expect.poll(first.runs).toBe(1);
    const startedAt = performance.now();
    const error = await refusalOf(once(impatient(), keyed, first.run));
    expect(error).toMatchObject({ code: "IN_PROGRESS", retryable: true, details: { retryAfterMs: 1_000 } });
    expect(performance.now() - startedAt).toBeGreaterThanOrEqual(140);
    expect(performance.now() - startedAt).toBeLessThan(2_000);
    first.end();
    await running;
    expect(first.runs()).toBe(1);
  });

  for (const code of ["CHANNEL_UNAVAILABLE", "OUTCOME_UNKNOWN", "FORBIDDEN", "IDEMPOTENCY_KEY_REUSED"] as const) {
    it(`runs again after ${code}`, async () => {
      const keyed = call();
      const failing = () => Promise.reject(new PayhubError(code, "not now"));
      expect(await codeOf(once(ctx, keyed, failing))).toBe(code);
      expect(await once(ctx, keyed, async () => ({ ran: true }))).toEqual({ ran: true, replayed: false });
    });
  }

  it("runs again after a bug, and hands the bug on", async () => {
    const keyed = call();
    const failing = () => Promise.reject(new TypeError("a bug"));
    await expect(once(ctx, keyed, failing)).rejects.toThrow(TypeError);
    expect(await once(ctx, keyed, async () => ({ ran: true }))).toEqual({ ran: true, replayed: false });
  });

  for (const code of ["ORDER_CONFLICT", "CHANNEL_REJECTED", "ALREADY_CLOSED", "INVALID_INPUT"] as const) {
    it(`stores ${code} and replays it`, async () => {
      const keyed = call();
      const refusal = new PayhubError(code, "the reason", { details: { orderNo: "o1" } });
      expect(await refusalOf(once(ctx, keyed, () => Promise.reject(refusal)))).toBe(refusal);
      const repeat = await refusalOf(once(ctx, keyed, async () => ({ ran: true })));
      expect(repeat).toMatchObject({ code, message: "the reason", details: { orderNo: "o1", replayed: true } });
    });
  }

  it("gives the key to one of the waiting repeats when the first call fails", async () => {
    const keyed = call();
    const first = work();
    const running = once(ctx, keyed, async () => {
      await first.run();
      throw new PayhubError("CHANNEL_UNAVAILABLE", "not now");
    });
    await expect.poll(first.runs).toBe(1);
    let runs = 0;
    const repeats = Array.from({ length: 5 }, () => once(ctx, keyed, async () => ({ run: ++runs })));
    first.end();
    expect(await codeOf(running)).toBe("CHANNEL_UNAVAILABLE");
    const answers = await Promise.all(repeats);
    expect(answers.map(({ run }) => run)).toEqual([1, 1, 1, 1, 1]);
    expect(answers.filter(({ replayed }) => !replayed)).toHaveLength(1);
  });

  it("lets the repeat run when coordination forgot the first call, and replays one of the two answers after it", async () => {
    const first = work();
    const keyed = call();
    const running = once(ctx, keyed, first.run);
    await expect.poll(first.runs).toBe(1);
    const after = { ...ctx, coordination: await flushCoordination(backend) };
    expect(await once(after, keyed, async () => ({ runs: 2 }))).toEqual({ runs: 2, replayed: false });
    first.end();
    expect(await running).toEqual({ runs: 1, replayed: false });
    // The late holder does not overwrite what was answered while it was away.
    expect(await once(after, keyed, first.run)).toEqual({ runs: 2, replayed: true });
  });

  it("runs without coordination", async () => {
    const alone = { ...ctx, coordination: await openCoordination({ url: "redis://127.0.0.1:1" }) };
    const keyed = call();
    expect(await once(alone, keyed, async () => ({ run: 1 }))).toEqual({ run: 1, replayed: false });
    expect(await once(alone, keyed, async () => ({ run: 2 }))).toEqual({ run: 2, replayed: false });
    expect(await codeOf(once(alone, keyed, () => Promise.reject(new PayhubError("ORDER_CONFLICT", "no"))))).toBe(
      "ORDER_CONFLICT",
    );
    await alone.coordination.close();
  });
});
