import {
  type CallbackMailbox,
  describeBackends,
  type MailedCallback,
  openCallbackMailbox,
  openPlatform,
  type TestPlatform,
} from "@payhub/testkit";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { alertsAbout, CHANNELS, eventsOf, refundOf, script, stored, takePaid } from "../../test/refunds.ts";
import { anotherProcess, callsAbout, dyingAt } from "../../test/support.ts";
import { drainInbox } from "../notification/apply.ts";
import { receiveNotification } from "../notification/receive.ts";
import { getPayment } from "../payment/get.ts";
import { createRefund } from "./create.ts";
import { syncDueRefunds } from "./sync.ts";

const AFTER_MS = 2_000;

describeBackends("what a channel says of a refund", (backend) => {
  let platform: TestPlatform;
  let mailbox: CallbackMailbox;
  beforeAll(async () => {
    mailbox = await openCallbackMailbox();
    platform = await openPlatform(backend, { settings: { publicUrl: mailbox.url } });
    for (const channel of CHANNELS)
      platform.simulator.faults.callback({
        channel,
        topic: "payment",
        times: Number.POSITIVE_INFINITY,
        fault: "lost",
      });
  });
  afterAll(async () => {
    await platform.close();
    await mailbox.close();
  });

  async function give(mail: MailedCallback, ctx = platform.ctx): Promise<number> {
    const { answer, afterwards } = await receiveNotification(ctx, mail);
    await afterwards?.();
    return answer.status;
  }
  /** A refund that is still open here and, when this returns, done at its channel, with the channel's word about it. */
  async function refunded(channel: (typeof CHANNELS)[number], amount = 60) {
    const paid = await takePaid(platform, { channel });
    script(platform, paid, { kind: "succeeded", afterMs: AFTER_MS });
    const { refund } = await createRefund(platform.ctx, platform.caller, refundOf(paid, { amount }));
    expect(refund.status).toBe("created");
    platform.simulator.clock.advance(AFTER_MS);
    return { paid, refundNo: refund.refundNo, mail: await mailbox.next() };
  }
  const questions = (attemptNo: string) =>
    callsAbout(platform, attemptNo).filter((call) => call === "refund_query").length;

  describe.each(CHANNELS)("%s", (channel) => {
    it("is a reason to ask at once, however often it comes", async () => {
      const { paid, refundNo, mail } = await refunded(channel);
      const before = questions(paid.attempt.attemptNo);
      expect(await give(mail)).toBe(channel === "alipay" ? 200 : 204);
      expect(await stored(platform, refundNo)).toMatchObject({ status: "succeeded" });
      expect(questions(paid.attempt.attemptNo)).toBe(before + 1);
      const again = await Promise.all(Array.from({ length: 20 }, () => give(mail)));
      expect(new Set(again).size).toBe(1);
      expect(questions(paid.attempt.attemptNo)).toBe(before + 1);
      const events = ["1 payment.succeeded", "2 refund.succeeded"];
      expect(await eventsOf(platform, paid.payment.paymentNo)).toEqual(events);
      const told = await getPayment(platform.ctx, platform.caller, { paymentNo: paid.payment.paymentNo });
      expect(told.heldReceipts).toEqual([]);
      expect(alertsAbout(platform, paid.attempt.attemptNo)).toEqual([]);
      expect(await platform.violations()).toEqual([]);
    });

    it("moves a refund once when it comes twenty times at once, to two processes, while it is asked about", async () => {
      const other = await anotherProcess(backend, platform);
      const { paid, refundNo, mail } = await refunded(channel, 100);
      platform.clock.advance(70_000);
      await Promise.all([
        ...Array.from({ length: 20 }, (_, index) => give(mail, index % 2 === 0 ? platform.ctx : other)),
        syncDueRefunds(platform.ctx, { limit: 100, concurrency: 2 }),
        syncDueRefunds(other, { limit: 100, concurrency: 2 }),
      ]);
      expect(await stored(platform, refundNo)).toMatchObject({ status: "succeeded" });
      expect(await eventsOf(platform, paid.payment.paymentNo)).toHaveLength(2);
      expect(await platform.violations()).toEqual([]);
    });

    it("is told to people when the refund is not ours", async () => {
      const { refundNo, mail } = await refunded(channel);
      const { db } = platform.ctx.store;
      await db
        .updateTable("refund")
        .set({ refundNo: `${refundNo}-` })
        .where("refundNo", "=", refundNo)
        .execute();
      await give(mail);
      expect(alertsAbout(platform, refundNo)).toEqual(["unknown_refund"]);
      await db.updateTable("refund").set({ refundNo }).where("refundNo", "=", `${refundNo}-`).execute();
      platform.clock.advance(70_000);
      await syncDueRefunds(platform.ctx, { limit: 100, concurrency: 2 });
      expect(await stored(platform, refundNo)).toMatchObject({ status: "succeeded" });
      expect(await platform.violations()).toEqual([]);
    });

    it("is not lost when the process dies after the answer", async () => {
      const { paid, refundNo, mail } = await refunded(channel);
      await expect(give(mail, dyingAt(platform, "callback.acknowledged"))).rejects.toThrow("callback.acknowledged");
      expect(await stored(platform, refundNo)).toMatchObject({ status: "created" });
      platform.clock.advance(10_000);
      expect(await drainInbox(platform.ctx, { limit: 100 })).toBe(1);
      expect(await stored(platform, refundNo)).toMatchObject({ status: "succeeded" });
      expect(await eventsOf(platform, paid.payment.paymentNo)).toHaveLength(2);
      expect(await platform.violations()).toEqual([]);
    });

    it("asks nothing when it is forged; the true one does", async () => {
      platform.simulator.faults.callback({ channel, topic: "refund", fault: "forged" });
      const { paid, refundNo, mail } = await refunded(channel);
      const before = questions(paid.attempt.attemptNo);
      expect(await give(mail)).toBe(400);
      expect(questions(paid.attempt.attemptNo)).toBe(before);
      expect(await stored(platform, refundNo)).toMatchObject({ status: "created" });
      const { callbacks } = platform.simulator;
      const owed = callbacks
        .pending()
        .find(({ topic, outTradeNo }) => topic === "refund" && outTradeNo === paid.attempt.attemptNo);
      await callbacks.deliverNow(owed?.id ?? "");
      await give(await mailbox.next());
      expect(await stored(platform, refundNo)).toMatchObject({ status: "succeeded" });
      expect(await platform.violations()).toEqual([]);
    });

    it("counts for nothing itself: what the channel answers does", async () => {
      const fault = { kind: "wrong_amount", amount: 1 } as const;
      platform.simulator.faults.callback({ channel, topic: "refund", fault });
      const { refundNo, mail } = await refunded(channel);
      await give(mail);
      expect(await stored(platform, refundNo)).toMatchObject({ status: "succeeded", amount: 60 });
      expect(alertsAbout(platform, refundNo)).toEqual([]);
      expect(await platform.violations()).toEqual([]);
    });
  });
});
