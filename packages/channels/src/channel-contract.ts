import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { Bench } from "../test/contract/bench.ts";
import { describeBills } from "../test/contract/bills.ts";
import { describeBrokenServers } from "../test/contract/broken-servers.ts";
import { describeCounter } from "../test/contract/counter.ts";
import { describeCredentials } from "../test/contract/credentials.ts";
import type { ChannelContract } from "../test/contract/harness.ts";
import { describeNotifications } from "../test/contract/notifications.ts";
import { describeOrders } from "../test/contract/orders.ts";
import { describeRefundNotifications } from "../test/contract/refund-notifications.ts";
import { describeRefunds } from "../test/contract/refunds.ts";
import { describeRequests } from "../test/contract/requests.ts";
import { describeScenes } from "../test/contract/scenes.ts";
import { describeUnknown } from "../test/contract/unknown.ts";

export type { ContractFault } from "../test/contract/harness.ts";

/** What every channel must do, against its simulator and against servers that misbehave. */
export function describeChannel<Credentials>(contract: ChannelContract<Credentials>): void {
  describe(`channel ${contract.plugin.name}`, () => {
    const bench = new Bench(contract);
    beforeAll(() => bench.open());
    afterAll(() => bench.close());

    describe("requests", () => describeRequests(bench));
    describe("orders", () => describeOrders(bench));
    describe("scenes", () => describeScenes(bench));
    if (bench.counters.length > 0) describe("at the counter", () => describeCounter(bench));
    describe("refunds", () => describeRefunds(bench, contract.refundEnds));
    describe("refund notifications", () => describeRefundNotifications(bench));
    describe("unknown outcomes", () => describeUnknown(bench, contract.unknownFaults));
    describe("broken servers", () => describeBrokenServers(bench));
    describe("notifications", () => describeNotifications(bench, contract.forgeries));
    describe("bills", () => describeBills(bench));
    describe("credentials", () => describeCredentials(bench));
    test("no secret in any outcome or error", () => {
      const told = JSON.stringify(bench.told);
      expect(bench.told.length).toBeGreaterThan(20);
      for (const secret of bench.harness.secrets) expect(told.includes(secret)).toBe(false);
    });
  });
}
