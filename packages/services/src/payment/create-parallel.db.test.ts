import { openCoordination } from "@payhub/store";
import { describeBackends, openPlatform, type TestPlatform } from "@payhub/testkit";
import { afterAll, beforeAll, expect, it } from "vitest";
import {
  anotherProcess,
  answerOf,
  callsAbout,
  codeOf,
  flushCoordination,
  underAnotherKey,
} from "../../test/support.ts";
import type { ServiceContext } from "../context.ts";
import { createPayment } from "./create.ts";
import { getPayment } from "./get.ts";
import type { PaymentOrder } from "./open.ts";

const MANY = 100;

describeBackends("createPayment, many at once", (backend) => {
  let platform: TestPlatform;
  let other: ServiceContext;

  beforeAll(async () => {
    platform = await openPlatform(backend);
    other = await anotherProcess(backend, platform);
  });
  afterAll(() => platform.close());

  /** One order taken by many calls: every answer is equal, one attempt, one call to the channel. */
  async function expectOneCharge(order: PaymentOrder, calls: readonly ReturnType<typeof createPayment>[]) {
    const answers = await Promise.all(calls);
    const [first] = answers;
    if (!first) throw new Error("no call was made");
    for (const answer of answers) expect(answerOf(answer)).toEqual(answerOf(first));
    const detail = await getPayment(platform.ctx, platform.caller, { orderNo: order.orderNo });
    expect(detail.attempts).toHaveLength(1);
    expect(callsAbout(platform, detail.attempt.attemptNo)).toEqual(["create"]);
    expect(await platform.violations()).toEqual([]);
    return answers;
  }

  it("makes one charge of 100 calls with one key", async () => {
    const order = platform.order();
    const answers = await expectOneCharge(
      order,
      Array.from({ length: MANY }, () => createPayment(platform.ctx, platform.caller, order)),
    );
    expect(answers.filter(({ replayed }) => !replayed)).toHaveLength(1);
  });

  it("makes one charge of 100 calls with one key in two processes", async () => {
    const order = platform.order();
    await expectOneCharge(
      order,
      Array.from({ length: MANY }, (_, index) =>
        createPayment(index % 2 ? platform.ctx : other, platform.caller, order),
      ),
    );
  });

  it("makes one charge when coordination loses everything in the middle", async () => {
    const order = platform.order();
    const { coordination } = platform.ctx;
    let reached = () => {};
    const inTheMiddle = new Promise<void>((resolve) => {
      reached = resolve;
    });
    let goOn = () => {};
    const flushed = new Promise<void>((resolve) => {
      goOn = resolve;
    });
    const first = platform.another({
      coordination,
      fault: async (name) => {
        if (name !== "channel.answered") return;
        reached();
        await flushed;
      },
    });
    const before = Array.from({ length: MANY / 2 }, () => createPayment(first, platform.caller, order));
    await inTheMiddle;
    const forgetful = { ...platform.ctx, coordination: await flushCoordination(backend) };
    const after = Array.from({ length: MANY / 2 }, () => createPayment(forgetful, platform.caller, order));
    // The repeats are under way before the first call goes on.
    await forgetful.coordination.wakeUps.listen("nothing").next(300);
    goOn();
    await expectOneCharge(order, [...before, ...after]);
  });

  it("makes one charge without coordination, in two processes", async () => {
    const down = () => openCoordination({ url: "redis://127.0.0.1:1" });
    const processes = await Promise.all(
      [platform.ctx, other].map(async (ctx) => ({ ...ctx, coordination: await down() })),
    );
    const order = platform.order();
    await expectOneCharge(
      order,
      Array.from({ length: MANY }, (_, index) =>
        createPayment(processes[index % 2] ?? platform.ctx, platform.caller, order),
      ),
    );
    for (const { coordination } of processes) await coordination.close();
  });

  it("makes one charge of many keys for one order", async () => {
    const order = platform.order();
    await expectOneCharge(
      order,
      Array.from({ length: 20 }, (_, index) =>
        createPayment(index % 2 ? platform.ctx : other, platform.caller, underAnotherKey(order)),
      ),
    );
  });

  it("does not hold up different orders, and gives each its own number", async () => {
    const orders = Array.from({ length: 20 }, () => platform.order());
    const answers = await Promise.all(orders.map((order) => createPayment(platform.ctx, platform.caller, order)));
    expect(new Set(answers.map(({ attempt }) => attempt.attemptNo)).size).toBe(20);
    expect(answers.map(({ payment }) => payment.orderNo)).toEqual(orders.map(({ orderNo }) => orderNo));
    expect(await platform.violations()).toEqual([]);
  });

  it("starts one attempt when one order comes for two channels at the same moment", async () => {
    const order = platform.order();
    const atAlipay = underAnotherKey(order, { accountNo: platform.accounts.alipay.accountNo });
    const calls = [
      createPayment(platform.ctx, platform.caller, order),
      createPayment(other, platform.caller, atAlipay),
    ];
    const outcomes = await Promise.allSettled(calls);
    const refused = outcomes.findIndex(({ status }) => status === "rejected");
    // Either one is asked to wait, or the later one closed the earlier one at its channel.
    const { attempts } = await getPayment(platform.ctx, platform.caller, { orderNo: order.orderNo });
    expect(attempts.filter(({ state }) => state === "awaiting_payer" || state === "preparing")).toHaveLength(1);
    const waiting = calls[refused];
    if (waiting) expect(await codeOf(waiting)).toBe("IN_PROGRESS");
    else expect(attempts[0]?.state).toBe("closed");
    expect(await platform.violations()).toEqual([]);
  });
});
