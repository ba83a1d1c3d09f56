import { isReserving, PayhubError } from "@payhub/domain";
import { SimulatorError } from "@payhub/simulator";
import { findHeldReceipts, findRefunds } from "@payhub/store";
import { codeUrlOf, describeBackends, openPlatform, type TestPlatform } from "@payhub/testkit";
import fc from "fast-check";
import { afterAll, beforeAll, expect, it } from "vitest";
import { loseCallbacks, refundOf } from "../../test/refunds.ts";
import { Crash, dyingAt } from "../../test/support.ts";
import { askChannel } from "../payment/ask.ts";
import { closePayment } from "../payment/close.ts";
import { createPayment } from "../payment/create.ts";
import { expirePayments } from "../payment/expire.ts";
import { getPayment } from "../payment/get.ts";
import { syncDueAttempts } from "../payment/sync.ts";
import { createRefund } from "./create.ts";
import { returnHeldReceipts } from "./return-held.ts";
import { syncDueRefunds } from "./sync.ts";

const RUNS = { "sqlite+memory": 200, "mysql+redis": 25 } as const;
const PAID = 100;
const channel = fc.constantFrom("wechatpay", "alipay");

const operation = fc.oneof(
  { weight: 2, arbitrary: fc.record({ do: fc.constant("initiate" as const), channel }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant("pay" as const), code: fc.nat(2) }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant("ask" as const) }) },
  {
    weight: 6,
    arbitrary: fc.record({
      do: fc.constant("refund" as const),
      amounts: fc.array(fc.integer({ min: 1, max: PAID }), { minLength: 1, maxLength: 4 }),
      dies: fc.constantFrom(undefined, "payment.committed", "channel.answered"),
    }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("repeat" as const), which: fc.nat(3) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("close" as const) }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant("sync" as const), processes: fc.constantFrom(1, 3) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("give back" as const) }) },
  {
    weight: 3,
    arbitrary: fc.record({ do: fc.constant("wait" as const), ms: fc.constantFrom(4_000, 27_000, 70_000, 700_000) }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constant("fault" as const),
      channel,
      at: fc.constantFrom("refund", "refund_query", "query"),
      fault: fc.constantFrom(
        { kind: "drop", when: "before" } as const,
        { kind: "drop", when: "after" } as const,
        { kind: "status", status: 500 } as const,
        { kind: "status", status: 403, code: "NO_AUTH" } as const,
      ),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant("outcome" as const),
      channel,
      kind: fc.constantFrom("closed", "not_enough", "payer_abnormal"),
    }),
  },
);
type Step = typeof operation extends fc.Arbitrary<infer T> ? T : never;

describeBackends("whatever happens to one order's refunds, in any order", (backend) => {
  let platform: TestPlatform;
  beforeAll(async () => {
    platform = await openPlatform(backend, {
      simulator: { speed: 10_000 },
      initiationGapMs: 0,
      settings: { replayWaitMs: 50 },
    });
    loseCallbacks(platform);
  });
  afterAll(() => platform.close());

  /** One order with what its payer holds and what was asked to be given back. */
  class Story {
    readonly #orderNo = platform.order().orderNo;
    readonly #codes: string[] = [];
    readonly #asked: Parameters<typeof createRefund>[2][] = [];

    async take(step: Step): Promise<void> {
      const { ctx, caller, simulator, clock } = platform;
      switch (step.do) {
        case "initiate":
          return refusable(async () => {
            const { accountNo } = platform.accounts[step.channel];
            const order = platform.order({ orderNo: this.#orderNo, accountNo, amount: PAID });
            const { attempt } = await createPayment(ctx, caller, order);
            if (attempt.action?.type === "show_qr" && attempt.state === "awaiting_payer")
              this.#codes.push(codeUrlOf(attempt));
          });
        case "pay":
          return refusable(async () => void simulator.payer.pay(this.#codes[step.code] ?? ""));
        case "ask":
          for (const attempt of (await this.told())?.attempts ?? []) await askChannel(ctx, attempt);
          return;
        case "refund":
          return this.#refund(step);
        case "repeat": {
          const order = this.#asked[step.which];
          if (order) await refusable(async () => void (await createRefund(ctx, caller, order)));
          return;
        }
        case "close": {
          const { idempotencyKey } = platform.order();
          return refusable(
            async () => void (await closePayment(ctx, caller, { orderNo: this.#orderNo, idempotencyKey })),
          );
        }
        case "sync":
          await Promise.all(
            Array.from({ length: step.processes }, () => syncDueRefunds(ctx, { limit: 50, concurrency: 2 })),
          );
          return;
        case "give back":
          await returnHeldReceipts(ctx, { limit: 50 });
          return;
        case "wait":
          return clock.advance(step.ms);
        case "fault":
          return simulator.faults.script({ channel: step.channel, operation: step.at, fault: step.fault });
        case "outcome":
          // What Alipay closed it never tells of: people find out.
          if (step.channel === "alipay" && step.kind === "closed") return;
          return simulator.faults.refund({ channel: step.channel, outcome: { kind: step.kind } });
      }
    }

    /** Asks for several refunds at once; exactly what fits may be accepted. */
    async #refund({ amounts, dies }: Step & { do: "refund" }): Promise<void> {
      const told = await this.told();
      if (!told) return;
      const left = await this.#left();
      const ctx = dies === undefined ? platform.ctx : dyingAt(platform, dies);
      const orders = amounts.map((amount) => refundOf(told, { amount }));
      this.#asked.push(...orders);
      await Promise.all(
        orders.map((order) => refusable(async () => void (await createRefund(ctx, platform.caller, order)))),
      );
      const made = (await this.#refunds()).filter(({ refundOrderNo }) =>
        orders.some((order) => order.refundOrderNo === refundOrderNo),
      );
      const reserved = made.filter(isReserving).reduce((sum, { amount }) => sum + amount, 0);
      expect(reserved).toBeLessThanOrEqual(told.payment.status === "succeeded" ? left : 0);
      // One that would have fitted beside all the others was not turned away.
      const turnedAway = orders.filter(
        (order) => !made.some(({ refundOrderNo }) => refundOrderNo === order.refundOrderNo),
      );
      const taken = made.reduce((sum, { amount }) => sum + amount, 0);
      if (told.payment.status === "succeeded")
        for (const { amount } of turnedAway) expect(amount).toBeGreaterThan(left - taken);
    }

    async #refunds() {
      const told = await this.told();
      return told ? findRefunds(platform.ctx.store.db, told.payment.paymentNo) : [];
    }

    async #left(): Promise<number> {
      const business = (await this.#refunds()).filter((refund) => refund.purpose === "business" && isReserving(refund));
      return PAID - business.reduce((sum, { amount }) => sum + amount, 0);
    }

    /** Lets the channels answer again and time pass until nothing can happen any more. */
    async end(): Promise<void> {
      const { ctx, simulator, clock } = platform;
      simulator.faults.clear();
      loseCallbacks(platform);
      for (let round = 0; round < 20; round++) {
        clock.advance(20 * 60_000);
        await syncDueAttempts(ctx, { limit: 50, concurrency: 2 });
        await expirePayments(ctx, { limit: 50 });
        await returnHeldReceipts(ctx, { limit: 50 });
        await syncDueRefunds(ctx, { limit: 50, concurrency: 2 });
        const told = await this.told();
        const isOver =
          told?.payment.status !== "created" && (await this.#refunds()).every(({ status }) => status !== "created");
        if (isOver && told?.heldReceipts.every(({ status, refundNo }) => status !== "held" || refundNo !== null))
          return;
      }
      if (await this.told()) throw new Error("the story does not end");
    }

    /** What the platform says of it, nothing when it was never taken. */
    async told() {
      const { ctx, caller } = platform;
      return getPayment(ctx, caller, { orderNo: this.#orderNo }).catch(() => undefined);
    }

    async expectMoneyAccountedFor(): Promise<void> {
      const told = await this.told();
      if (!told) return;
      const own = new Set(told.attempts.map(({ attemptNo }) => attemptNo));
      const trades = platform.simulator.ledger().filter(({ outTradeNo }) => own.has(outTradeNo));
      const returned = trades.flatMap(({ refunds }) => refunds).filter(({ state }) => state === "succeeded");
      const refunds = (await this.#refunds()).filter(({ status }) => status === "succeeded");
      expect(returned.map(({ outRefundNo, amount }) => [outRefundNo, amount]).toSorted()).toEqual(
        refunds.map(({ refundNo, chargedAmount }) => [refundNo, chargedAmount]).toSorted(),
      );
      for (const trade of trades) {
        const back = trade.refunds
          .filter(({ state }) => state === "succeeded")
          .reduce((sum, { amount }) => sum + amount, 0);
        expect(back).toBeLessThanOrEqual(trade.state === "paid" ? PAID : 0);
      }
      const held = await findHeldReceipts(platform.ctx.store.db, told.payment.paymentNo);
      for (const { status, refundNo } of held) expect([status, refundNo === null]).not.toEqual(["held", true]);
    }
  }

  it("keeps every invariant over many stories", { timeout: 240_000 }, async () => {
    await fc.assert(
      fc.asyncProperty(channel, fc.array(operation, { minLength: 3, maxLength: 14 }), async (first, steps) => {
        const story = new Story();
        const opening: Step[] = [{ do: "initiate", channel: first }, { do: "pay", code: 0 }, { do: "ask" }];
        for (const step of [...opening.slice(0, steps.length % 4), ...steps]) await story.take(step);
        await story.end();
        expect(await platform.violations()).toEqual([]);
        await story.expectMoneyAccountedFor();
      }),
      { numRuns: RUNS[backend.name] },
    );
  });
});

/** Runs a step that the platform or the channel may refuse, or that a death ends. */
async function refusable(work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    if (!(error instanceof PayhubError || error instanceof SimulatorError || error instanceof Crash)) throw error;
  }
}
