import { isReserving, PayhubError, type RefundStatus } from "@payhub/domain";
import { findPayment, findRefunds, insertAttempts, insertPayments } from "@payhub/store";
import { attemptRow, describeBackends, openPlatform, paymentRow, type TestPlatform } from "@payhub/testkit";
import fc from "fast-check";
import { afterAll, beforeAll, expect, it } from "vitest";
import { refundOf } from "../../test/refunds.ts";
import { digestRequest } from "../idempotency/digest.ts";
import { checkRefunds } from "../invariant/check-refunds.ts";
import { finishRefund } from "./finish.ts";
import { reserveRefund } from "./reserve.ts";

const RUNS = { "sqlite+memory": 10_000, "mysql+redis": 100 } as const;
const ENDS = ["succeeded", "failed", "closed"] as const;
const PAID = 100;

const step = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.record({ do: fc.constant("refund" as const), amount: fc.integer({ min: 1, max: PAID }) }),
  },
  {
    weight: 2,
    arbitrary: fc.record({ do: fc.constant("end" as const), which: fc.nat(4), to: fc.constantFrom(...ENDS) }),
  },
);
const story = fc.record({ oneCent: fc.boolean(), steps: fc.array(step, { minLength: 1, maxLength: 7 }) });

describeBackends("refunds of one payment against a model of them", (backend) => {
  let platform: TestPlatform;
  let payments = 0;
  beforeAll(async () => {
    platform = await openPlatform(backend);
  });
  afterAll(() => platform.close());

  /** A paid payment, straight into the books. */
  async function paidPayment(oneCent: boolean) {
    const { ctx, caller, accounts, clock } = platform;
    const [paymentNo, attemptNo] = [`P${++payments}`, `T${payments}`];
    const [at, chargedAmount] = [clock.now(), oneCent ? 1 : PAID];
    const payment = paymentRow({
      paymentNo,
      orderNo: paymentNo,
      appId: caller.appId,
      amount: PAID,
      chargedAmount,
      oneCent,
      status: "succeeded",
      settledBy: attemptNo,
      paidAt: at,
      createdAt: at,
    });
    const { accountNo } = accounts.wechatpay;
    const own = { attemptNo, paymentNo, appId: caller.appId, accountNo, idempotencyKey: attemptNo, chargedAmount };
    await insertPayments(ctx.store.db, [payment]);
    const attempt = attemptRow({ ...own, state: "succeeded", channelTradeNo: attemptNo, paidAt: at });
    await insertAttempts(ctx.store.db, [attempt]);
    return { paymentNo, settledBy: attemptNo };
  }

  it("reserves what the model allows and nothing else", { timeout: 300_000 }, async () => {
    const { ctx, caller, accounts } = platform;
    const connected = await ctx.connections.of(accounts.wechatpay.accountNo);
    await fc.assert(
      fc.asyncProperty(story, async ({ oneCent, steps }) => {
        const paid = await paidPayment(oneCent);
        const { paymentNo } = paid;
        const model: { refundNo: string; amount: number; status: RefundStatus }[] = [];
        let sequence = 0;
        const reserved = () => model.filter(isReserving).reduce((sum, { amount }) => sum + amount, 0);
        for (const one of steps) {
          if (one.do === "refund") {
            const order = refundOf({ payment: { ...paymentRow(), paymentNo } }, { amount: one.amount });
            const requested = { caller, order, digest: digestRequest("refunds.create", {}), connected, ...paid };
            const refund = await reserveRefund(ctx, requested).catch((error: unknown) => error);
            const fits = one.amount <= PAID - reserved();
            if (refund instanceof PayhubError) expect([refund.code, fits]).toEqual(["REFUND_EXCEEDS_PAID", false]);
            else if (refund instanceof Error) throw refund;
            else expect(fits).toBe(true);
            const rows = await findRefunds(ctx.store.db, paymentNo);
            const stored = rows[model.length];
            expect(rows.length).toBe(model.length + (fits ? 1 : 0));
            if (stored) model.push({ refundNo: stored.refundNo, amount: one.amount, status: "created" });
          } else {
            const refund = model[one.which];
            if (!refund) continue;
            await finishRefund(ctx, { refundNo: refund.refundNo, paymentNo }, { to: one.to });
            if (refund.status === "created") {
              refund.status = one.to;
              sequence++;
            }
          }
          const payment = await findPayment(ctx.store.db, { paymentNo });
          expect(payment).toMatchObject({ refundedAmount: reserved(), lastSequence: sequence, status: "succeeded" });
        }
        const payment = await findPayment(ctx.store.db, { paymentNo });
        if (!payment) throw new Error("the payment is missing");
        const rows = await findRefunds(ctx.store.db, paymentNo);
        expect(rows.map(({ refundNo, status }) => ({ refundNo, status }))).toEqual(
          model.map(({ refundNo, status }) => ({ refundNo, status })),
        );
        expect(checkRefunds(payment, rows, [])).toEqual([]);
      }),
      { numRuns: RUNS[backend.name] },
    );
  });
});
