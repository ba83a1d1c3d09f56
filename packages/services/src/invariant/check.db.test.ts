import { setImmediate } from "node:timers/promises";
import { type Db, insertEvents } from "@payhub/store";
import { describeBackends, openPlatform, type TakenPayment, type TestPlatform, takePayment } from "@payhub/testkit";
import { afterAll, beforeAll, expect, it } from "vitest";
import { listEvents } from "../event/list.ts";
import { closePayment } from "../payment/close.ts";
import { syncAttempt } from "../payment/sync.ts";
import { checkInvariants } from "./check.ts";

describeBackends("checkInvariants", (backend) => {
  let platform: TestPlatform;
  let db: Db;
  beforeAll(async () => {
    platform = await openPlatform(backend);
    db = platform.ctx.store.db;
    platform.simulator.faults.callback({ channel: "wechatpay", times: Number.POSITIVE_INFINITY, fault: "lost" });
  });
  afterAll(async () => {
    await platform.close();
  });

  async function succeeded(): Promise<TakenPayment> {
    const taken = await takePayment(platform);
    platform.simulator.payer.pay(taken.codeUrl);
    await syncAttempt(platform.ctx, taken.attempt.attemptNo);
    await platform.ctx.publisher.publish();
    return taken;
  }
  async function closed(): Promise<TakenPayment> {
    const taken = await takePayment(platform);
    const input = { paymentNo: taken.payment.paymentNo, idempotencyKey: `close-${taken.payment.paymentNo}` };
    await closePayment(platform.ctx, platform.caller, input);
    return taken;
  }
  const setPayment = (taken: TakenPayment, set: Record<string, string | number | null>) =>
    db.updateTable("payment").set(set).where("paymentNo", "=", taken.payment.paymentNo).execute();
  const setAttempt = (taken: TakenPayment, set: Record<string, string | number | null>) =>
    db.updateTable("attempt").set(set).where("attemptNo", "=", taken.attempt.attemptNo).execute();

  const plants: {
    rule: string;
    take: () => Promise<TakenPayment>;
    plant: (taken: TakenPayment) => Promise<unknown>;
  }[] = [
    {
      rule: "settled if and only if succeeded",
      take: succeeded,
      plant: (taken) => setPayment(taken, { settledBy: null }),
    },
    {
      rule: "settled if and only if succeeded",
      take: closed,
      plant: (taken) => setPayment(taken, { settledBy: taken.attempt.attemptNo }),
    },
    {
      rule: "the settling attempt succeeded",
      take: succeeded,
      plant: (taken) => setAttempt(taken, { state: "closed" }),
    },
    {
      rule: "every other receipt is held",
      take: closed,
      plant: (taken) => setAttempt(taken, { state: "succeeded", channelTradeNo: `42${Date.now()}` }),
    },
    {
      rule: "one event for each transition",
      take: succeeded,
      plant: (taken) => db.deleteFrom("event").where("paymentNo", "=", taken.payment.paymentNo).execute(),
    },
    {
      rule: "one event for each transition",
      take: succeeded,
      plant: (taken) => setPayment(taken, { status: "created" }),
    },
    {
      rule: "one event for each transition",
      take: succeeded,
      plant: async ({ payment }) => {
        const { events } = await listEvents(platform.ctx, platform.caller, { after: 0, limit: 1_000 });
        const own = events.find(({ paymentNo }) => paymentNo === payment.paymentNo);
        if (!own) throw new Error("no event");
        const { eventId, type, appId, paymentNo, occurredAt, data } = own;
        await insertEvents(db, [
          {
            eventId: `${eventId.slice(0, -1)}U`,
            type,
            appId,
            paymentNo,
            sequence: 2,
            occurredAt,
            data,
          },
        ]);
      },
    },
    {
      rule: "sequences have no gap",
      take: succeeded,
      plant: (taken) =>
        db.updateTable("event").set({ sequence: 2 }).where("paymentNo", "=", taken.payment.paymentNo).execute(),
    },
    {
      rule: "sequences have no gap",
      take: succeeded,
      plant: (taken) => setPayment(taken, { lastSequence: 2 }),
    },
    {
      rule: "every published event is on its way to its app",
      take: succeeded,
      plant: (taken) => db.deleteFrom("delivery").where("paymentNo", "=", taken.payment.paymentNo).execute(),
    },
    {
      rule: "charged is the amount, or one fen",
      take: closed,
      plant: async (taken) => {
        await setPayment(taken, { chargedAmount: 1287 });
        await setAttempt(taken, { chargedAmount: 1287 });
      },
    },
    {
      rule: "every attempt asks for the charged amount",
      take: closed,
      plant: (taken) => setAttempt(taken, { chargedAmount: 1 }),
    },
  ];

  it("finds nothing in sound books", async () => {
    for (let i = 0; i < 3; i++) await succeeded();
    await closed();
    await takePayment(platform);
    expect(await platform.violations()).toEqual([]);
  });

  it("finds nothing in sound books while they are being written", async () => {
    let written = false;
    const writing = Promise.all(Array.from({ length: 12 }, succeeded)).finally(() => {
      written = true;
    });
    while (!written) {
      expect(await checkInvariants(db)).toEqual([]);
      await setImmediate();
    }
    await writing;
  });

  it("finds money that the channel took and the books lack", async () => {
    const taken = await takePayment(platform);
    platform.simulator.payer.pay(taken.codeUrl);
    expect(await platform.violations()).toEqual([
      {
        rule: "what the channel took is in the books",
        subject: `wechatpay ${taken.attempt.attemptNo}`,
        found: "attempt is awaiting_payer",
      },
    ]);
    await syncAttempt(platform.ctx, taken.attempt.attemptNo);
    expect(await platform.violations()).toEqual([]);
  });

  it("finds money in the books that the channel did not take, or in another amount, or does not know at all", async () => {
    const taken = await succeeded();
    const trades = platform.simulator.ledger();
    const others = trades.filter(({ outTradeNo }) => outTradeNo !== taken.attempt.attemptNo);
    const [trade] = trades.filter(({ outTradeNo }) => outTradeNo === taken.attempt.attemptNo);
    if (!trade) throw new Error("the channel has no such trade");
    const rulesWith = async (changed: typeof trades) =>
      (await checkInvariants(db, { channelTrades: [...others, ...changed] })).map(({ rule }) => rule);
    const rule = "no money is counted that the channel did not take";
    expect(await rulesWith([trade])).toEqual([]);
    expect(await rulesWith([{ ...trade, state: "unpaid" }])).toEqual([rule]);
    expect(await rulesWith([{ ...trade, state: "closed" }])).toEqual([rule]);
    expect(await rulesWith([])).toEqual([rule]);
    expect(await rulesWith([{ ...trade, amount: 1 }])).toEqual(["both sides name the same amount"]);
    expect(await rulesWith([{ ...trade, channelTradeNo: "42" }])).toEqual(["what the channel took is in the books"]);
  });

  // Last, because the channel goes on knowing the payments that these take out of the books.
  it.each(plants)("names the payment that breaks: $rule", async ({ rule, take, plant }) => {
    const taken = await take();
    await plant(taken);
    const found = await checkInvariants(db);
    const { paymentNo } = taken.payment;
    expect(found.filter(({ subject }) => subject === paymentNo).map((violation) => violation.rule)).toContain(rule);
    await forget(taken);
    expect(await checkInvariants(db)).toEqual([]);
  });

  /** Takes a spoilt payment out of the books again. */
  async function forget({ payment }: TakenPayment): Promise<void> {
    for (const table of ["delivery", "event", "attempt", "payment"] as const) {
      await db.deleteFrom(table).where("paymentNo", "=", payment.paymentNo).execute();
    }
  }
});
