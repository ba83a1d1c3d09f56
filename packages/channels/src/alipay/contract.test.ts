import { describe } from "vitest";
import { openAccount } from "../../test/alipay-account.ts";
import { describeChannel } from "../channel-contract.ts";
import { alipay } from "./plugin.ts";

describe.each(["public key", "certificates"] as const)("with %s", (mode) => {
  describeChannel({
    plugin: alipay,
    unknownFaults: [{ kind: "unknown_result" }],
    forgeries: ["probe"],
    refundEnds: [],
    coldOutcome: "unknown",
    open: async () => (await openAccount(mode)).harness,
  });
});
