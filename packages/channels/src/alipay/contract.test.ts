import { createAlipayMerchant, startSimulator } from "@payhub/simulator";
import { simulatorHarness } from "../../test/simulator-harness.ts";
import { describeChannel } from "../channel-contract.ts";
import { alipay } from "./plugin.ts";

describeChannel({
  plugin: alipay,
  unknownFaults: [{ kind: "unknown_result" }],
  forgeries: ["probe"],
  coldOutcome: "unknown",
  async open() {
    const { merchant, credentials } = await createAlipayMerchant();
    const { credentials: other } = await createAlipayMerchant({ appId: merchant.appId, sellerId: merchant.sellerId });
    const simulator = await startSimulator({ alipay: { merchants: [merchant] } });
    const endpoint = simulator.urls.alipay;
    const keys = [credentials.privateKey, other.privateKey];
    return simulatorHarness({
      channel: "alipay",
      simulator,
      credentials: { ...credentials, endpoint },
      successor: { ...other, endpoint },
      // Whole, and a line from the middle of each: no part of a key may be told either.
      secrets: keys.flatMap((pem) => [pem, pem.split("\n")[10] ?? pem]),
    });
  },
});
