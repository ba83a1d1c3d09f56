import { expect, test } from "vitest";
import type { RefundRequest } from "../../src/channel.ts";
import type { Bench } from "./bench.ts";

const POLL_MS = 20;
const MAX_POLLS = 100;

/** Giving money back: never twice under one number, never more than was paid, never guessed. */
export function describeRefunds<C>(bench: Bench<C>, ends: readonly ("closed" | "abnormal")[]): void {
  const refund = (asked: RefundRequest) => bench.tell(bench.connection.refund(asked));
  const ask = (asked: { attemptNo: string; refundNo: string }) => bench.tell(bench.connection.queryRefund(asked));
  const kept = ({ attemptNo }: { attemptNo: string }) => bench.harness.kept(attemptNo);

  async function settled(asked: RefundRequest) {
    for (let count = 0; count < MAX_POLLS; count += 1) {
      const outcome = await ask(asked);
      if (outcome.kind !== "processing") return outcome;
      await new Promise((resolve) => setTimeout(resolve, POLL_MS));
    }
    throw new Error("the refund is processed for ever");
  }

  test("in full", async () => {
    const paid = await bench.paidOrder();
    const asked = bench.refundOf(paid);
    expect(await ask(asked)).toEqual({ kind: "absent" });
    const before = Date.now() - 2000;
    expect(["processing", "succeeded"]).toContain((await refund(asked)).kind);
    const outcome = await settled(asked);
    if (outcome.kind !== "succeeded") throw new Error(`not succeeded: ${JSON.stringify(outcome)}`);
    expect(outcome.amount).toBe(asked.amount);
    expect(outcome.succeededAt).toBeGreaterThan(before);
    expect(outcome.succeededAt).toBeLessThanOrEqual(Date.now() + 1000);
    expect(kept(asked)).toBe(0);
    // Alipay calls an order closed once its whole money went back.
    expect(["paid", "closed"]).toContain((await bench.run("query", paid.request)).kind);
  });

  test("in parts, until nothing is left", async () => {
    const paid = await bench.paidOrder(bench.request({ amount: 100 }));
    for (const amount of [33, 33, 34]) {
      const asked = bench.refundOf(paid, { amount });
      await refund(asked);
      expect(await settled(asked)).toMatchObject({ kind: "succeeded", amount });
    }
    expect(kept(paid.request)).toBe(0);
    const more = await refund(bench.refundOf(paid, { amount: 1 }));
    expect(more).toMatchObject({ kind: "declined", because: expect.stringMatching(/^(exceeds_paid|refused)$/) });
  });

  test("more than is left is declined, and nothing moves", async () => {
    const paid = await bench.paidOrder(bench.request({ amount: 100 }));
    await refund(bench.refundOf(paid, { amount: 60 }));
    const outcome = await refund(bench.refundOf(paid, { amount: 41 }));
    expect(outcome).toMatchObject({ kind: "declined", because: "exceeds_paid", code: expect.stringMatching(/./) });
    expect(kept(paid.request)).toBe(40);
  });

  test("the same number again is the same refund; with other values it is used", async () => {
    const paid = await bench.paidOrder(bench.request({ amount: 100 }));
    const asked = bench.refundOf(paid, { amount: 30 });
    await refund(asked);
    expect(["processing", "succeeded"]).toContain((await refund({ ...asked })).kind);
    expect(kept(asked)).toBe(70);
    expect(await refund({ ...asked, amount: 31 })).toMatchObject({ kind: "declined", because: "number_used" });
    expect(kept(asked)).toBe(70);
  });

  test("a number that differs by one letter is another refund", async () => {
    const paid = await bench.paidOrder(bench.request({ amount: 100 }));
    const asked = bench.refundOf(paid, { amount: 30 });
    const last = asked.refundNo.endsWith("X") ? "Y" : "X";
    const others = [`${asked.refundNo.slice(0, -1)}${last}`, asked.refundNo.toLowerCase(), `${asked.refundNo}0`];
    await refund(asked);
    expect(await settled(asked)).toMatchObject({ kind: "succeeded", amount: 30 });
    for (const refundNo of others) expect(await ask({ ...asked, refundNo })).toEqual({ kind: "absent" });
    await refund({ ...asked, refundNo: `${asked.refundNo.slice(0, -1)}${last}` });
    expect(kept(asked)).toBe(40);
  });

  test("a refund is not found under another order", async () => {
    const [one, other] = [await bench.paidOrder(), await bench.paidOrder()];
    const asked = bench.refundOf(one);
    await refund(asked);
    const { kind } = await ask({ attemptNo: other.request.attemptNo, refundNo: asked.refundNo });
    expect(["absent", "unknown", "declined"]).toContain(kind);
  });

  test("an order that nobody paid gives nothing back", async () => {
    const request = bench.request();
    bench.harness.scan(await bench.place(request));
    const asked = bench.refundOf({ request, receipt: { channelTradeNo: "4200000000202601150000000001" } });
    expect(await refund(asked)).toMatchObject({ kind: "declined" });
  });

  test("a merchant without funds can try the same refund later", async () => {
    const asked = bench.refundOf(await bench.paidOrder());
    bench.harness.refundFate({ attemptNo: asked.attemptNo, fate: "not_enough" });
    expect(await refund(asked)).toMatchObject({ kind: "declined", because: "not_enough" });
    expect(kept(asked)).toBe(asked.total);
    await refund({ ...asked });
    expect(await settled(asked)).toMatchObject({ kind: "succeeded" });
    expect(kept(asked)).toBe(0);
  });

  test("given without an answer is found by asking, and given once", async () => {
    const asked = bench.refundOf(await bench.paidOrder(), { amount: 300 });
    const { attemptNo } = asked;
    bench.harness.fault({ operation: "refund", attemptNo, fault: { kind: "drop", when: "after" } });
    expect(await refund(asked)).toMatchObject({ kind: "unknown" });
    expect(["processing", "succeeded"]).toContain((await ask(asked)).kind);
    await refund({ ...asked });
    expect(kept(asked)).toBe(asked.total - 300);
  });

  test("not given and not answered is absent, and goes through with the same number", async () => {
    const asked = bench.refundOf(await bench.paidOrder());
    const { attemptNo } = asked;
    bench.harness.fault({ operation: "refund", attemptNo, fault: { kind: "drop", when: "before" } });
    expect(await refund(asked)).toMatchObject({ kind: "unknown" });
    expect(await ask(asked)).toEqual({ kind: "absent" });
    await refund({ ...asked });
    expect(await settled(asked)).toMatchObject({ kind: "succeeded", amount: asked.amount });
  });

  for (const fate of ends) {
    test(`${fate} is told as such`, async () => {
      const asked = bench.refundOf(await bench.paidOrder());
      bench.harness.refundFate({ attemptNo: asked.attemptNo, fate });
      expect(await refund(asked)).toMatchObject({ kind: "processing" });
      expect(await settled(asked)).toEqual({ kind: fate, channelRefundNo: expect.stringMatching(/^[\w-]{8,64}$/) });
    });
  }
}
