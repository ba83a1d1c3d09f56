import { type Scene, samePayee } from "@payhub/domain";
import { expect, test } from "vitest";
import type { Bench } from "./bench.ts";

/** Every scene in which the payer shows a code: paid or cancelled, never charged for a sale that was given up. */
export function describeCounter<C>(bench: Bench<C>): void {
  const scenes = bench.counters;
  const kept = ({ attemptNo }: { attemptNo: string }) => bench.harness.kept(attemptNo);

  async function typing(scene: Scene) {
    const sale = bench.sale(scene, { password: true });
    expect(await bench.run("create", sale.request)).toEqual({ kind: "pending" });
    expect(await bench.run("query", sale.request)).toEqual({ kind: "unpaid" });
    return sale;
  }

  test.each(scenes)("%s: paid at once", async (scene) => {
    const { request } = bench.sale(scene);
    const outcome = await bench.tell(bench.connection.create(request));
    if (outcome.kind !== "paid") throw new Error(`not paid: ${JSON.stringify(outcome)}`);
    const { payee, ...facts } = outcome.receipt;
    expect(await bench.receiptOf(request)).toMatchObject(facts);
    expect(facts).toMatchObject({ outTradeNo: request.attemptNo, amount: request.amount });
    expect(samePayee(payee, bench.connection.payee)).toBe(true);
    expect(kept(request)).toBe(request.amount);
  });

  test.each(scenes)("%s: paid after a password", async (scene) => {
    const { request, authCode } = await typing(scene);
    bench.harness.confirm(authCode);
    expect(await bench.run("query", request)).toMatchObject({ kind: "paid", receipt: { amount: request.amount } });
  });

  test.each(scenes)("%s: turned away at the password, then cancelled", async (scene) => {
    const { request, authCode } = await typing(scene);
    bench.harness.refuse(authCode);
    expect((await bench.run("query", request)).kind).not.toBe("paid");
    expect(await bench.run("cancel", request)).toEqual({ kind: "cancelled" });
    expect(["closed", "failed", "absent"]).toContain((await bench.run("query", request)).kind);
    expect(kept(request)).toBe(0);
  });

  test.each(scenes)("%s: cancelled while the payer types, now or as soon as the channel lets us", async (scene) => {
    const { request, authCode } = await typing(scene);
    const { kind } = await bench.run("cancel", request);
    expect(["cancelled", "again"]).toContain(kind);
    if (kind === "again") bench.harness.confirm(authCode);
    else expect(() => bench.harness.confirm(authCode)).toThrow();
    expect(await bench.run("cancel", request)).toEqual({ kind: "cancelled" });
    expect(kept(request)).toBe(0);
  });

  test.each(scenes)("%s: cancelled after it was paid, twice; the money goes back", async (scene) => {
    const { request } = bench.sale(scene);
    await bench.run("create", request);
    expect(kept(request)).toBe(request.amount);
    expect(await bench.run("cancel", request)).toEqual({ kind: "cancelled" });
    expect(kept(request)).toBe(0);
    expect(await bench.run("cancel", request)).toEqual({ kind: "cancelled" });
  });

  test.each(scenes)("%s: charged without an answer is found by asking, and can be given up", async (scene) => {
    const { request } = bench.sale(scene);
    const { attemptNo } = request;
    bench.harness.fault({ operation: "create", attemptNo, fault: { kind: "drop", when: "after" } });
    expect(await bench.run("create", request)).toMatchObject({ kind: "unknown" });
    expect(await bench.run("query", request)).toMatchObject({ kind: "paid" });
    expect(await bench.run("cancel", request)).toEqual({ kind: "cancelled" });
    expect(kept(request)).toBe(0);
  });

  test.each(scenes)("%s: no money, a used code and no code at all are refused", async (scene) => {
    const refused = { kind: "declined", because: "refused", code: expect.stringMatching(/./) };
    expect(await bench.run("create", bench.sale(scene, { balance: "not_enough" }).request)).toMatchObject(refused);
    const { request, authCode } = bench.sale(scene);
    await bench.run("create", request);
    const input = { scene, authCode, storeNo: "S001" } as typeof request;
    expect(await bench.run("create", bench.request({}, input))).toMatchObject(refused);
    expect(await bench.run("create", bench.request({}, { ...input, authCode: "1" } as typeof request))).toMatchObject(
      refused,
    );
    expect(kept(request)).toBe(request.amount);
  });

  test.each(scenes)("%s: a sale that never came is not cancelled by guessing", async (scene) => {
    const { request } = bench.sale(scene);
    expect(["absent", "cancelled"]).toContain((await bench.run("cancel", request)).kind);
    expect(await bench.run("query", request)).toEqual({ kind: "absent" });
  });
}
