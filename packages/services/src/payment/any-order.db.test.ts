import { PayhubError } from "@payhub/domain";
import { SimulatorError } from "@payhub/simulator";
import {
  type CallbackMailbox,
  codeUrlOf,
  describeBackends,
  type MailedCallback,
  openCallbackMailbox,
  openPlatform,
  type TestPlatform,
} from "@payhub/testkit";
import fc from "fast-check";
import { afterAll, beforeAll, expect, it } from "vitest";
import type { ServiceContext } from "../context.ts";
import { listEvents } from "../event/list.ts";
import { drainInbox } from "../notification/apply.ts";
import { receiveNotification } from "../notification/receive.ts";
import { closePayment } from "./close.ts";
import { createPayment } from "./create.ts";
import { expirePayments } from "./expire.ts";
import { getPayment } from "./get.ts";
import { syncDueAttempts } from "./sync.ts";

const RUNS = { "sqlite+memory": 200, "mysql+redis": 25 } as const;
const HOUR_MS = 60 * 60_000;

const channel = fc.constantFrom("wechatpay", "alipay");
const operation = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({ do: fc.constant("create" as const), channel, expiresIn: fc.constantFrom(60, 900) }),
  },
  { weight: 4, arbitrary: fc.record({ do: fc.constant("pay" as const), code: fc.nat(3) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("scan" as const), code: fc.nat(3) }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant("close" as const) }) },
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constant("callback" as const),
      mail: fc.nat(3),
      times: fc.constantFrom(1, 2, 5),
      ends: fc.constantFrom("well", "after the inbox", "after the answer"),
    }),
  },
  { weight: 3, arbitrary: fc.record({ do: fc.constant("sync" as const) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("expire" as const) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("drain" as const) }) },
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constant("wait" as const),
      ms: fc.constantFrom(1_000, 6_000, 16_000, 120_000, 950_000),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant("fault" as const),
      channel,
      at: fc.constantFrom("create", "query", "close"),
      when: fc.constantFrom("before", "after"),
    }),
  },
);
type Step = typeof operation extends fc.Arbitrary<infer T> ? T : never;

// Chance alone seldom leaves an order with two codes that can both be paid.
const TWO_CODES: Step[] = [
  { do: "create", channel: "alipay", expiresIn: 900 },
  { do: "wait", ms: 16_000 },
  { do: "create", channel: "wechatpay", expiresIn: 900 },
];
const beginning = fc.constantFrom([], TWO_CODES);

describeBackends("whatever happens to one order, in any order", (backend) => {
  let platform: TestPlatform;
  let mailbox: CallbackMailbox;
  beforeAll(async () => {
    mailbox = await openCallbackMailbox();
    platform = await openPlatform(backend, { settings: { publicUrl: mailbox.url, replayWaitMs: 50 } });
  });
  afterAll(async () => {
    await platform.close();
    await mailbox.close();
  });

  /** One order with what its payer and its channels hold. */
  class Story {
    readonly #orderNo = platform.order().orderNo;
    readonly #codes: string[] = [];
    readonly #mails: MailedCallback[] = [];

    async take(step: Step): Promise<void> {
      const { ctx, caller, simulator, clock } = platform;
      switch (step.do) {
        case "create":
          return refusable(async () => {
            const { accountNo } = platform.accounts[step.channel];
            const order = platform.order({ orderNo: this.#orderNo, accountNo, expiresIn: step.expiresIn });
            const { attempt } = await createPayment(ctx, caller, order);
            if (attempt.action && !this.#codes.includes(codeUrlOf(attempt))) this.#codes.push(codeUrlOf(attempt));
          });
        case "pay":
          return this.#pay(step.code);
        case "scan":
          return refusable(async () => void simulator.payer.open(this.#codes[step.code] ?? ""));
        case "close":
          return refusable(async () => {
            const idempotencyKey = platform.order().idempotencyKey;
            await closePayment(ctx, caller, { orderNo: this.#orderNo, idempotencyKey });
          });
        case "callback":
          return this.#receive(step);
        case "sync":
          await syncDueAttempts(ctx, { limit: 50, concurrency: 2 });
          return;
        case "expire":
          await expirePayments(ctx, { limit: 50 });
          return;
        case "drain":
          await drainInbox(ctx, { limit: 50 });
          return;
        case "wait":
          return clock.advance(step.ms);
        case "fault":
          return simulator.faults.script({
            channel: step.channel,
            operation: step.at,
            fault: { kind: "drop", when: step.when },
          });
      }
    }

    async #pay(code: number): Promise<void> {
      await refusable(async () => {
        platform.simulator.payer.pay(this.#codes[code] ?? "");
        this.#mails.push(await mailbox.next());
      });
    }

    async #receive({ mail, times, ends }: Step & { do: "callback" }): Promise<void> {
      const found = this.#mails[mail];
      if (!found) return;
      const ctx: ServiceContext = platform.another({
        fault: (name) => {
          const dies = ends === "after the inbox" ? "inbox.committed" : "callback.acknowledged";
          if (ends !== "well" && name === dies) throw new PayhubError("INTERNAL", "killed");
        },
      });
      const give = () =>
        refusable(async () => {
          const { afterwards } = await receiveNotification(ctx, found);
          await afterwards?.();
        });
      await Promise.all(Array.from({ length: times }, give));
    }

    /** Lets the channels answer again and time pass until nothing can happen any more. */
    async end(): Promise<void> {
      platform.simulator.faults.clear();
      for (let round = 0; round < 4; round++) {
        platform.clock.advance(HOUR_MS);
        await this.take({ do: "drain" });
        await this.take({ do: "sync" });
        await this.take({ do: "expire" });
      }
    }

    /** What the platform says of it, nothing when it was never taken. */
    async payment() {
      const found = await getPayment(platform.ctx, platform.caller, { orderNo: this.#orderNo }).catch(() => undefined);
      return found;
    }
  }

  it(`keeps every invariant over many stories`, { timeout: 240_000 }, async () => {
    await fc.assert(
      fc.asyncProperty(beginning, fc.array(operation, { minLength: 2, maxLength: 12 }), async (first, then) => {
        const story = new Story();
        const seen: string[] = [];
        for (const step of [...first, ...then]) {
          await story.take(step);
          const status = (await story.payment())?.payment.status;
          if (status !== undefined && seen.at(-1) !== status) seen.push(status);
        }
        await story.end();
        const told = await story.payment();
        expect(await platform.violations()).toEqual([]);
        if (!told) return;
        // Final once, final for ever; and after the end nothing is left undecided.
        expect(["succeeded", "closed"]).toContain(told.payment.status);
        expect(seen.filter((status) => status !== "created" && status !== told.payment.status)).toEqual([]);
        expect(told.attempts.filter(({ state }) => state === "preparing" || state === "awaiting_payer")).toEqual([]);
        await expectMoneyAccountedFor(told);
      }),
      { numRuns: RUNS[backend.name] },
    );
    const { events } = await listEvents(platform.ctx, platform.caller, { after: 0, limit: 10_000 });
    expect(events.map(({ position }) => position)).toEqual(events.map((_, index) => index + 1));
  });

  /** What the channels took is what settled the payment, plus what is held. */
  async function expectMoneyAccountedFor(told: Awaited<ReturnType<typeof getPayment>>): Promise<void> {
    const own = new Set(told.attempts.map(({ attemptNo }) => attemptNo));
    const paid = platform.simulator.ledger().filter(({ outTradeNo, state }) => own.has(outTradeNo) && state === "paid");
    const counted = told.payment.status === "succeeded" ? 1 : 0;
    expect(paid.length).toBe(counted + told.heldReceipts.length);
  }
});

/** Runs a step that the platform or the channel may refuse. */
async function refusable(work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    if (!(error instanceof PayhubError || error instanceof SimulatorError)) throw error;
  }
}
