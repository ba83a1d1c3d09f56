import { CURRENCY, samePayee } from "@payhub/domain";
import { expect, test } from "vitest";
import type { Bench } from "./bench.ts";

export function describeOrders<C>(bench: Bench<C>): void {
  test("create, scan, pay, query: the receipt is the channel's own", async () => {
    const request = bench.request();
    const codeUrl = await bench.place(request);
    bench.harness.scan(codeUrl);
    expect(await bench.run("query", request)).toEqual({ kind: "unpaid" });
    const before = Date.now() - 2000;
    bench.harness.pay(codeUrl);
    const receipt = await bench.receiptOf(request);
    expect(receipt).toMatchObject({ outTradeNo: request.attemptNo, amount: request.amount, currency: CURRENCY });
    expect(receipt.channelTradeNo).toMatch(/^[\w-]{8,64}$/);
    expect(receipt.paidAt).toBeGreaterThan(before);
    expect(receipt.paidAt).toBeLessThanOrEqual(Date.now());
    expect(samePayee(receipt.payee, bench.connection.payee)).toBe(true);
  });

  test("a paid order is found by either number, and never by another order's", async () => {
    const { request } = await bench.paidOrder();
    const { request: other } = await bench.paidOrder();
    const receipt = await bench.receiptOf(request);
    const { attemptNo } = request;
    const byOwn = { attemptNo, channelTradeNo: receipt.channelTradeNo };
    expect(await bench.connection.query(byOwn)).toEqual({ kind: "paid", receipt });
    const { channelTradeNo } = await bench.receiptOf(other);
    expect(await bench.connection.query({ attemptNo, channelTradeNo })).toMatchObject({ kind: "unknown" });
  });

  test("other parameters under a used number are declined", async () => {
    const request = bench.request();
    bench.harness.scan(await bench.place(request));
    const outcome = await bench.run("create", { ...request, amount: request.amount + 1 });
    expect(outcome).toMatchObject({ kind: "declined", because: "number_used" });
  });

  test("a paid order is neither sold nor closed again", async () => {
    const { request } = await bench.paidOrder();
    expect(await bench.run("create", request)).toMatchObject({ kind: "declined", because: "already_paid" });
    expect(await bench.run("close", request)).toEqual({ kind: "paid" });
  });

  test("close an unpaid order, twice", async () => {
    const request = bench.request();
    bench.harness.scan(await bench.place(request));
    expect(await bench.run("close", request)).toEqual({ kind: "closed" });
    expect(await bench.run("close", request)).toEqual({ kind: "closed" });
    expect(await bench.run("query", request)).toEqual({ kind: "closed" });
    expect(await bench.run("create", request)).toMatchObject({ kind: "declined", because: "already_closed" });
  });

  test("an order that was never placed is absent", async () => {
    const request = bench.request();
    expect(await bench.run("query", request)).toEqual({ kind: "absent" });
    expect(["absent", "closed"]).toContain((await bench.run("close", request)).kind);
  });
}
