import { expect, test } from "vitest";
import { type Bench, MINUTE_MS } from "./bench.ts";

export function describeRequests<C>(bench: Bench<C>): void {
  test("the same request again is accepted", async () => {
    const request = bench.request();
    await bench.place(request);
    await bench.place({ ...request });
  });

  test("many at once", async () => {
    const requests = Array.from({ length: 30 }, () => bench.request());
    const patient = bench.contract.plugin.connect([bench.contract.plugin.readCredentials(bench.harness.credentials)], {
      clock: bench.clock,
      random: bench.random,
      deadlineMs: 5000,
    });
    const codes = await Promise.all(requests.map((request) => bench.place(request, patient)));
    expect(new Set(codes).size).toBe(requests.length);
  });

  test("a caller whom the channel does not believe is refused in its words, or left in doubt", async () => {
    const stranger = bench.connect({ ...bench.harness.successor });
    const outcome = await bench.tell(stranger.create(bench.request()));
    if (outcome.kind === "declined") {
      expect(outcome).toMatchObject({
        because: "refused",
        code: expect.stringMatching(/./),
        message: expect.stringMatching(/./),
      });
    } else expect(["unknown", bench.coldOutcome]).toContain(outcome.kind);
  });

  test("a subject of any characters is taken", async () => {
    for (const subject of ["🎉", "咖啡🎉\ud83d \u0000中杯", "x".repeat(5000), `"<&>'\\\n`]) {
      await bench.place(bench.request({ subject }));
    }
  });

  test("amounts keep every fen, from the least to the most", async () => {
    for (const amount of [1, 10, 99, 100, 1_000_001]) {
      const request = bench.request({ amount });
      bench.harness.pay(await bench.place(request));
      expect(await bench.run("query", request)).toMatchObject({ kind: "paid", receipt: { amount } });
    }
  });

  test("an order may live from one minute to two hours", async () => {
    const { minExpiresInMs = 0, maxExpiresInMs = 0 } = bench.contract.plugin.scenes.qr ?? {};
    expect([minExpiresInMs, maxExpiresInMs]).toEqual([MINUTE_MS, 120 * MINUTE_MS]);
    for (const livesMs of [minExpiresInMs, maxExpiresInMs]) {
      const request = bench.request();
      await bench.place({ ...request, expiresAt: request.createdAt + livesMs });
    }
  });
}
