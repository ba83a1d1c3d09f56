import { expect, test } from "vitest";
import type { RefundRequest } from "../../src/channel.ts";
import type { Bench } from "./bench.ts";

/** What is told of refunds: a reason to ask, and never a payment. */
export function describeRefundNotifications<C>(bench: Bench<C>): void {
  async function refunded(changes: Partial<RefundRequest>) {
    const paid = await bench.paidOrder();
    await bench.harness.notifications(paid.request.attemptNo, 1);
    const asked = bench.refundOf(paid, changes);
    await bench.tell(bench.connection.refund(asked));
    const [, raw] = await bench.harness.notifications(asked.attemptNo, 2);
    if (!raw) throw new Error("no notification of the refund came");
    return { asked, raw };
  }

  test.each([
    { what: "a part", changes: { amount: 300 } },
    { what: "the whole", changes: {} },
  ])("of $what names attempt and refund, and is no payment", async ({ changes }) => {
    const { asked, raw } = await refunded(changes);
    const { attemptNo, refundNo } = asked;
    expect(await bench.tell(bench.connection.readNotification(raw))).toEqual({
      kind: "refund",
      notificationId: expect.stringMatching(/^[\w-]{8,64}$/),
      attemptNo,
      refundNo,
    });
  });

  test("any changed byte is rejected", async () => {
    const { raw } = await refunded({ amount: 300 });
    for (const index of [0, Math.floor(raw.body.length / 2), raw.body.length - 1]) {
      const body = Uint8Array.from(raw.body);
      body[index] = body[index] === 0x31 ? 0x32 : 0x31;
      const outcome = await bench.tell(bench.connection.readNotification({ ...raw, body }));
      expect(outcome).toMatchObject({ kind: "rejected" });
    }
  });
}
