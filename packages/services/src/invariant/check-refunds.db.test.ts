import type { Refund } from "@payhub/domain";
import { findHeldReceipts, findRefund, updateOpenPayment } from "@payhub/store";
import { describeBackends, openPlatform, type TakenPayment, type TestPlatform, takePayment } from "@payhub/testkit";
import { afterAll, beforeAll, expect, it } from "vitest";
import { finished, loseCallbacks, refundOf, takePaid } from "../../test/refunds.ts";
import { askChannel } from "../payment/ask.ts";
import { finishAttempt } from "../payment/finish.ts";
import { createRefund } from "../refund/create.ts";
import { returnHeldReceipts } from "../refund/return-held.ts";

type Fields = Record<string, string | number>;

describeBackends("checkInvariants, of refunds", (backend) => {
  let platform: TestPlatform;
  beforeAll(async () => {
    platform = await openPlatform(backend, { simulator: { speed: 10_000 } });
    loseCallbacks(platform);
  });
  afterAll(() => platform.close());
  const update = {
    payment: ({ payment }: TakenPayment, set: Fields) =>
      platform.ctx.store.db.updateTable("payment").set(set).where("paymentNo", "=", payment.paymentNo).execute(),
    refund: ({ refundNo }: Refund, set: Fields) =>
      platform.ctx.store.db.updateTable("refund").set(set).where("refundNo", "=", refundNo).execute(),
    held: ({ payment }: TakenPayment, set: Fields) =>
      platform.ctx.store.db.updateTable("held_receipt").set(set).where("paymentNo", "=", payment.paymentNo).execute(),
  };

  interface Refunded {
    paid: TakenPayment;
    refund: Refund;
  }
  async function refunded(): Promise<Refunded> {
    const paid = await takePaid(platform);
    const made = await createRefund(platform.ctx, platform.caller, refundOf(paid, { amount: 60 }));
    return { paid, refund: await finished(platform, made.refund.refundNo) };
  }
  async function returned(): Promise<Refunded> {
    const { ctx, simulator, clock } = platform;
    const paid = await takePayment(platform);
    const { paymentNo } = paid.payment;
    await updateOpenPayment(ctx.store.db, paymentNo, { closeRequestedAt: clock.now(), updatedAt: clock.now() });
    await finishAttempt(ctx, paid.attempt.attemptNo, { to: "closed" });
    simulator.payer.pay(paid.codeUrl);
    await askChannel(ctx, paid.attempt);
    await returnHeldReceipts(ctx, { limit: 100 });
    const [held] = await findHeldReceipts(ctx.store.db, paymentNo);
    const refund = await findRefund(ctx.store.db, { refundNo: held?.refundNo ?? "" });
    if (!refund) throw new Error("nothing gives it back");
    return { paid, refund: await finished(platform, refund.refundNo) };
  }

  const plants: {
    rule: string;
    found: string;
    take: () => Promise<Refunded>;
    plant: (taken: Refunded) => Promise<unknown>;
  }[] = [
    {
      rule: "the refunded amount is the sum of the refunds",
      found: "59, refunds 60",
      take: refunded,
      plant: ({ paid }) => update.payment(paid, { refundedAmount: 59 }),
    },
    {
      rule: "refunds are at most the amount",
      found: "101 of 100",
      take: refunded,
      plant: ({ refund }) => update.refund(refund, { amount: 101 }),
    },
    {
      rule: "the channel returns at most what it took",
      found: "101 of 100",
      take: refunded,
      plant: ({ refund }) => update.refund(refund, { chargedAmount: 101 }),
    },
    {
      rule: "only a paid payment is refunded",
      found: "closed",
      take: refunded,
      plant: ({ paid }) => update.payment(paid, { status: "closed" }),
    },
    {
      rule: "a held receipt stands as its refund does",
      found: "is held, not refunded",
      take: returned,
      plant: ({ paid }) => update.held(paid, { status: "held" }),
    },
    {
      rule: "one event for each transition",
      found: "not [payment.succeeded,refund.failed]",
      take: refunded,
      plant: ({ refund }) => update.refund(refund, { status: "failed" }),
    },
    {
      rule: "one event for each transition",
      found: "not [payment.closed,payment.duplicate_refunded]",
      take: returned,
      plant: ({ paid }) => update.held(paid, { reason: "duplicate" }),
    },
    {
      rule: "what the channel gave back is in the books, and the reverse",
      found: "is not in the books",
      take: refunded,
      plant: ({ refund }) => update.refund(refund, { status: "closed" }),
    },
    {
      rule: "what the channel gave back is in the books, and the reverse",
      found: "is not in the books",
      take: refunded,
      plant: ({ refund }) => update.refund(refund, { chargedAmount: 59 }),
    },
    {
      rule: "what the channel gave back is in the books, and the reverse",
      found: "is not at the channel",
      take: refunded,
      plant: ({ refund }) => update.refund(refund, { refundNo: `${refund.refundNo}-` }),
    },
  ];
  it.each(plants)("names $rule: $found", async ({ rule, found, take, plant }) => {
    const taken = await take();
    const { payment, attempt } = taken.paid;
    const own = async () => {
      const all = await platform.violations();
      return all.filter(({ subject }) => subject === payment.paymentNo || subject === `wechatpay ${attempt.attemptNo}`);
    };
    expect(await own()).toEqual([]);
    await plant(taken);
    expect(await own()).toContainEqual(expect.objectContaining({ rule, found: expect.stringContaining(found) }));
  });
});
