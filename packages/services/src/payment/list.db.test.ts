import { insertAttempts, insertPayments } from "@payhub/store";
import {
  attemptRow,
  describeBackends,
  openPlatform,
  paymentRow,
  type TestPlatform,
  takePayment,
} from "@payhub/testkit";
import { afterAll, beforeAll, expect, it } from "vitest";
import { closePayment } from "./close.ts";
import { listPayments } from "./list.ts";

const SETTLED_AFTER_MS = 10_000;

describeBackends("listPayments", (backend) => {
  let platform: TestPlatform;
  const apps = { count: 0 };
  beforeAll(async () => {
    platform = await openPlatform(backend);
  });
  afterAll(async () => {
    await platform.close();
  });

  const list = (input: Partial<Parameters<typeof listPayments>[2]> = {}, caller = platform.caller) =>
    listPayments(platform.ctx, caller, { limit: 100, ...input });
  const numbersOf = (page: Awaited<ReturnType<typeof list>>) => page.items.map(({ payment }) => payment.paymentNo);
  /** Another app's payments, written straight into the books; the transaction is the caller's. */
  async function store(appId: string, orderNo: string, db = platform.ctx.store.db): Promise<string> {
    const createdAt = platform.clock.now();
    const paymentNo = `P${appId}${orderNo}`;
    const attemptNo = `T${appId}${orderNo}`;
    await insertPayments(db, [paymentRow({ paymentNo, appId, orderNo, createdAt })]);
    await insertAttempts(db, [attemptRow({ attemptNo, paymentNo, appId, idempotencyKey: orderNo, createdAt })]);
    return paymentNo;
  }
  const newApp = () => `APP-${++apps.count}`;

  it("pages through the caller's own payments in the order they were made", async () => {
    const taken = [];
    for (let i = 0; i < 5; i++) taken.push((await takePayment(platform)).payment.paymentNo);
    await store(newApp(), "of-another-app");
    platform.clock.advance(SETTLED_AFTER_MS + 1);
    const seen: string[] = [];
    let cursor: string | undefined;
    for (let page = 0; page < 3; page++) {
      const read = await list({ limit: 2, cursor });
      seen.push(...numbersOf(read));
      cursor = read.nextCursor ?? undefined;
    }
    expect(seen).toEqual(taken);
    expect(await list({ cursor })).toEqual({ items: [], nextCursor: cursor });
    expect(await platform.violations()).toEqual([]);
  });

  it("filters by status and time, the beginning included and the end not", async () => {
    const from = platform.clock.now() + 1_000;
    platform.clock.set(from);
    const first = await takePayment(platform);
    platform.clock.advance(1_000);
    const second = await takePayment(platform);
    const { paymentNo } = second.payment;
    await closePayment(platform.ctx, platform.caller, { paymentNo, idempotencyKey: `close-${paymentNo}` });
    const createdFrom = new Date(from).toISOString();
    const createdTo = new Date(from + 1_000).toISOString();
    expect(numbersOf(await list({ createdFrom, createdTo }))).toEqual([first.payment.paymentNo]);
    expect(numbersOf(await list({ createdFrom, status: "closed" }))).toEqual([paymentNo]);
    expect(numbersOf(await list({ createdFrom: createdTo, status: "created" }))).toEqual([]);
    expect(await platform.violations()).toEqual([]);
  });

  it("does not pass payments of the last seconds, and passes them when they are older", async () => {
    const caller = { appId: newApp() };
    const old = await store(caller.appId, "old");
    platform.clock.advance(SETTLED_AFTER_MS);
    const young = await store(caller.appId, "young");
    platform.clock.advance(1);
    const page = await list({}, caller);
    expect(numbersOf(page)).toEqual([old, young]);
    const again = await list({ cursor: page.nextCursor ?? undefined }, caller);
    expect(numbersOf(again)).toEqual([young]);
    platform.clock.advance(SETTLED_AFTER_MS);
    const { nextCursor } = await list({ cursor: again.nextCursor ?? undefined }, caller);
    expect(numbersOf(await list({ cursor: nextCursor ?? undefined }, caller))).toEqual([]);
  });

  it("misses no payment that was numbered first and committed last", async () => {
    // SQLite lets one transaction write at a time: there, numbers are in the order of their commits.
    if (backend.name === "sqlite+memory") return;
    const caller = { appId: newApp() };
    const entered = Promise.withResolvers<void>();
    const mayCommit = Promise.withResolvers<void>();
    const late = platform.ctx.store.transaction(async (tx) => {
      const paymentNo = await store(caller.appId, "late", tx);
      entered.resolve();
      await mayCommit.promise;
      return paymentNo;
    });
    await entered.promise;
    const early = await store(caller.appId, "early");
    platform.clock.advance(SETTLED_AFTER_MS - 1);
    const page = await list({}, caller);
    expect(numbersOf(page)).toEqual([early]);
    mayCommit.resolve();
    const first = await late;
    expect(numbersOf(await list({ cursor: page.nextCursor ?? undefined }, caller))).toEqual([first, early]);
  });
});
