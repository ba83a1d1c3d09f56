import { samePayee } from "@payhub/domain";
import { expect, test } from "vitest";
import type { RawNotification } from "../../src/channel.ts";
import type { Bench } from "./bench.ts";
import type { ContractCallbackFault } from "./harness.ts";

export function describeNotifications<C>(bench: Bench<C>, forgeries: readonly ContractCallbackFault[]): void {
  async function notified(fault?: ContractCallbackFault, count = 1) {
    const request = bench.request();
    const codeUrl = await bench.place(request);
    if (fault) bench.harness.callbackFault({ attemptNo: request.attemptNo, fault });
    bench.harness.pay(codeUrl);
    const raws = await bench.harness.notifications(request.attemptNo, count);
    const [raw] = raws;
    if (!raw) throw new Error("no notification came");
    return { request, raw, raws };
  }
  const read = (raw: RawNotification, connection = bench.connection) => bench.tell(connection.readNotification(raw));

  test("a genuine one is the receipt that a query gives", async () => {
    const { request, raw } = await notified();
    const outcome = await read(raw);
    if (outcome.kind !== "payment") throw new Error(`not a payment: ${JSON.stringify(outcome)}`);
    const { payee, ...facts } = outcome.receipt;
    expect(await bench.run("query", request)).toMatchObject({ kind: "paid", receipt: facts });
    expect(payee).toEqual(bench.connection.payee);
    expect(outcome.notificationId).toMatch(/^[\w-]{8,64}$/);
  });

  test("duplicates have one id", async () => {
    const { raws } = await notified({ kind: "duplicate", count: 3 }, 3);
    const outcomes = await Promise.all(raws.map((raw) => read(raw)));
    expect(outcomes.map(({ kind }) => kind)).toEqual(["payment", "payment", "payment"]);
    expect(new Set(outcomes.map((one) => (one.kind === "payment" ? one.notificationId : ""))).size).toBe(1);
  });

  test.each<ContractCallbackFault>(["forged", ...forgeries])("%s is rejected", async (fault) => {
    expect(await read((await notified(fault)).raw)).toMatchObject({ kind: "rejected" });
  });

  test("any changed byte is rejected", async () => {
    const { raw } = await notified();
    for (const index of [0, Math.floor(raw.body.length / 2), raw.body.length - 1]) {
      const body = Uint8Array.from(raw.body);
      body[index] = body[index] === 0x31 ? 0x32 : 0x31;
      expect(await read({ ...raw, body })).toMatchObject({ kind: "rejected" });
    }
    expect(await read({ ...raw, body: Buffer.concat([raw.body, Buffer.from("&a=1 ")]) })).toMatchObject({
      kind: "rejected",
    });
  });

  test("nonsense is rejected", async () => {
    const bodies = ["", "{}", "null", "[]", "sign=&sign=", "\u0000", "x".repeat(70_000), `{"__proto__":{"a":1}}`];
    for (const body of bodies) {
      expect(await read({ headers: {}, body: Buffer.from(body) })).toMatchObject({ kind: "rejected" });
    }
    expect(await read({ headers: {}, body: Buffer.from([0xff, 0xfe, 0x80]) })).toMatchObject({ kind: "rejected" });
  });

  test("amount and payee are told as the channel wrote them", async () => {
    const wrongAmount = await notified({ kind: "wrong_amount", amount: 1 });
    expect(await read(wrongAmount.raw)).toMatchObject({ kind: "payment", receipt: { amount: 1 } });
    const outcome = await read((await notified({ kind: "wrong_merchant" })).raw);
    if (outcome.kind !== "payment") throw new Error(`not a payment: ${JSON.stringify(outcome)}`);
    expect(samePayee(outcome.receipt.payee, bench.connection.payee)).toBe(false);
  });

  test("every live version of the keys is believed, and no other", async () => {
    const { credentials, successor } = bench.harness;
    const { raw } = await notified();
    expect(await read(raw, bench.connect(successor, credentials))).toMatchObject({ kind: "payment" });
    expect(await read(raw, bench.connect(credentials, successor))).toMatchObject({ kind: "payment" });
    expect(await read(raw, bench.connect(successor))).toMatchObject({ kind: "rejected" });
  });
}
