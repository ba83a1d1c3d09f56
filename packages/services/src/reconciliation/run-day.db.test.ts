import { describeBackends } from "@payhub/testkit";
import { afterAll, beforeAll, expect, test } from "vitest";
import { DAY, type Desk, itemOf, openDesk } from "../../test/reconciliation/desk.ts";

describeBackends("a day", (backend) => {
  let desk: Desk;
  beforeAll(async () => {
    desk = await openDesk(backend);
  });
  afterAll(() => desk.close());

  test("that agrees is explained, with its sums", async () => {
    const order = await desk.order();
    const { line } = await desk.refund(order);
    desk.bank.trade.set(DAY, [itemOf(order.line), itemOf(line)]);
    expect(await desk.run()).toMatchObject({ runState: "done", linesRead: 4, nextTryAt: null });
    expect(await desk.differences()).toEqual([]);
  });
});
