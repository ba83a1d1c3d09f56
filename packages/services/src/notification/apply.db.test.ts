import type { CallbackFault, Channel } from "@payhub/simulator";
import { findLiveCredentials } from "@payhub/store";
import {
  type CallbackMailbox,
  describeBackends,
  openCallbackMailbox,
  openPlatform,
  type TakenPayment,
  type TestPlatform,
  takePayment,
} from "@payhub/testkit";
import { afterAll, beforeAll, expect, it } from "vitest";
import { credentialOwner } from "../account/credentials.ts";
import type { ServiceContext } from "../context.ts";
import { ackEvents } from "../event/ack.ts";
import { pullEvents } from "../event/pull.ts";
import type { FaultPointName } from "../fault.ts";
import { retireAccount, rotateCredentials } from "../merchant/open-account.ts";
import { getPayment } from "../payment/get.ts";
import { syncAttempt } from "../payment/sync.ts";
import { drainInbox } from "./apply.ts";
import { receiveNotification } from "./receive.ts";

const CLAIM_MS = 10_000;

describeBackends("applying notifications", (backend) => {
  let platform: TestPlatform;
  let mailbox: CallbackMailbox;
  beforeAll(async () => {
    mailbox = await openCallbackMailbox();
    platform = await openPlatform(backend, { settings: { publicUrl: mailbox.url } });
  });
  afterAll(async () => {
    await platform.close();
    await mailbox.close();
  });

  async function paid(channel: Channel, fault?: CallbackFault) {
    const taken = await takePayment(platform, { channel });
    if (fault) platform.simulator.faults.callback({ channel, fault });
    platform.simulator.payer.pay(taken.codeUrl);
    return { taken, mail: await mailbox.next() };
  }
  /** A process that dies at a named place. */
  const dyingAt = (point: FaultPointName): ServiceContext =>
    platform.another({
      fault: (name) => {
        if (name === point) throw new Error(`killed at ${point}`);
      },
    });
  const statusOf = async ({ payment }: TakenPayment) =>
    (await getPayment(platform.ctx, platform.caller, { paymentNo: payment.paymentNo })).payment.status;
  async function deliveredEvents(): Promise<string[]> {
    const input = { limit: 100, waitMs: 0, leaseMs: 1_000 };
    const { events } = await pullEvents(platform.ctx, platform.caller, input, AbortSignal.timeout(5_000));
    await ackEvents(platform.ctx, platform.caller, { eventIds: events.map(({ eventId }) => eventId) });
    return events.map(({ paymentNo }) => paymentNo);
  }

  it.each([
    { point: "inbox.committed", dies: "before the acknowledgement" },
    { point: "callback.acknowledged", dies: "before applying" },
  ] as const)("takes up what a process that died $dies has stored, after its claim", async ({ point }) => {
    const { taken, mail } = await paid("wechatpay");
    const dying = async () => {
      const { afterwards } = await receiveNotification(dyingAt(point), mail);
      await afterwards?.();
    };
    await expect(dying()).rejects.toThrow(`killed at ${point}`);
    expect(await statusOf(taken)).toBe("created");
    platform.clock.advance(CLAIM_MS - 1);
    expect(await drainInbox(platform.ctx, { limit: 10 })).toBe(0);
    platform.clock.advance(1);
    expect(await drainInbox(platform.ctx, { limit: 10 })).toBe(1);
    expect(await statusOf(taken)).toBe("succeeded");
    expect(await deliveredEvents()).toEqual([taken.payment.paymentNo]);
    expect(await drainInbox(platform.ctx, { limit: 10 })).toBe(0);
    expect(await platform.violations()).toEqual([]);
  });

  it("delivers the event of a process that died right after its commit", async () => {
    const { taken, mail } = await paid("alipay");
    const { afterwards } = await receiveNotification(dyingAt("event.committed"), mail);
    await afterwards?.();
    expect(await deliveredEvents()).toEqual([taken.payment.paymentNo]);
    platform.clock.advance(CLAIM_MS);
    expect(await drainInbox(platform.ctx, { limit: 10 })).toBe(0);
    expect(await platform.violations()).toEqual([]);
  });

  it("takes each notification once when two processes drain at the same moment", async () => {
    const payments = [];
    for (const channel of ["wechatpay", "alipay", "wechatpay", "alipay"] as const) {
      const { taken, mail } = await paid(channel);
      await receiveNotification(platform.ctx, mail);
      payments.push(taken);
    }
    platform.clock.advance(CLAIM_MS);
    const other = platform.another({ store: await backend.openStore() });
    const counts = await Promise.all([platform.ctx, other].map((ctx) => drainInbox(ctx, { limit: 10 })));
    expect((counts[0] ?? 0) + (counts[1] ?? 0)).toBe(4);
    for (const taken of payments) expect(await statusOf(taken)).toBe("succeeded");
    expect((await deliveredEvents()).toSorted()).toEqual(payments.map(({ payment }) => payment.paymentNo).toSorted());
    expect(await platform.violations()).toEqual([]);
  });

  it("leaves one that cannot be applied in the inbox and tells, then applies it when it can be", async () => {
    const { taken, mail } = await paid("wechatpay");
    const broken = platform.another({
      connections: {
        of: (() => {
          let calls = 0;
          return (accountNo) => {
            // The first call verifies the callback; the second one, to apply it, finds the database gone.
            if (++calls > 1) return Promise.reject(new Error("the database does not answer"));
            return platform.ctx.connections.of(accountNo);
          };
        })(),
      },
    });
    const { answer, afterwards } = await receiveNotification(broken, mail);
    expect(answer.status).toBe(204);
    await afterwards?.();
    expect(platform.alerts.at(-1)).toMatchObject({ kind: "notification_not_applied" });
    expect(await statusOf(taken)).toBe("created");
    platform.clock.advance(CLAIM_MS);
    expect(await drainInbox(platform.ctx, { limit: 10 })).toBe(1);
    expect(await statusOf(taken)).toBe("succeeded");
    expect(await platform.violations()).toEqual([]);
  });

  it("drains the oldest first and no more than it was asked to", async () => {
    const first = await paid("wechatpay");
    const second = await paid("wechatpay");
    await receiveNotification(platform.ctx, first.mail);
    await receiveNotification(platform.ctx, second.mail);
    platform.clock.advance(CLAIM_MS);
    expect(await drainInbox(platform.ctx, { limit: 1 })).toBe(1);
    expect(await statusOf(first.taken)).toBe("succeeded");
    expect(await statusOf(second.taken)).toBe("created");
    expect(await drainInbox(platform.ctx, { limit: 1 })).toBe(1);
    expect(await platform.violations()).toEqual([]);
  });

  it("settles each when callbacks come in another order than the payments", async () => {
    const first = await takePayment(platform);
    const second = await takePayment(platform);
    platform.simulator.faults.callback({ channel: "wechatpay", fault: { kind: "reorder" } });
    platform.simulator.payer.pay(first.codeUrl);
    platform.simulator.payer.pay(second.codeUrl);
    for (let i = 0; i < 2; i++) {
      const { afterwards } = await receiveNotification(platform.ctx, await mailbox.next());
      await afterwards?.();
    }
    expect(await deliveredEvents()).toEqual(
      expect.arrayContaining([second.payment.paymentNo, first.payment.paymentNo]),
    );
    expect(await platform.violations()).toEqual([]);
  });

  it("settles once when the callback and the query ladder find the money at the same moment", async () => {
    for (const channel of ["wechatpay", "alipay"] as const) {
      const { taken, mail } = await paid(channel);
      const { afterwards } = await receiveNotification(platform.ctx, mail);
      await Promise.all([afterwards?.(), syncAttempt(platform.ctx, taken.attempt.attemptNo)]);
      expect(await statusOf(taken)).toBe("succeeded");
      expect((await deliveredEvents()).filter((paymentNo) => paymentNo === taken.payment.paymentNo)).toHaveLength(1);
    }
    expect(await platform.violations()).toEqual([]);
  });

  it("opens a callback that was sealed with the key before the last rotation", async () => {
    const { accountNo } = platform.accounts.wechatpay;
    const { taken, mail } = await paid("wechatpay");
    const [live] = await findLiveCredentials(platform.ctx.store.db, accountNo);
    if (!live) throw new Error("no credentials");
    const opened = platform.ctx.keyring.open(credentialOwner(accountNo), "credentials", live.sealed);
    const credentials = { ...JSON.parse(opened), apiV3Key: "k".repeat(32) };
    await rotateCredentials(platform.ctx, { accountNo, credentials });
    platform.clock.advance(5_000);
    const { afterwards } = await receiveNotification(platform.ctx, mail);
    await afterwards?.();
    expect(await statusOf(taken)).toBe("succeeded");
    expect(await platform.violations()).toEqual([]);
  });

  it("settles what a retired account took before", async () => {
    const { taken, mail } = await paid("alipay");
    await retireAccount(platform.ctx, platform.accounts.alipay.accountNo);
    platform.clock.advance(5_000);
    await expect(takePayment(platform, { channel: "alipay" })).rejects.toMatchObject({ code: "FORBIDDEN" });
    const { afterwards } = await receiveNotification(platform.ctx, mail);
    await afterwards?.();
    expect(await statusOf(taken)).toBe("succeeded");
    expect(await platform.violations()).toEqual([]);
  });
});
