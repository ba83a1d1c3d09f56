import { describeChannel } from "../../src/channel-contract.ts";
import { openPaperpay } from "./harness.ts";
import { paperpay } from "./plugin.ts";

describeChannel({
  plugin: paperpay,
  open: openPaperpay,
  unknownFaults: [{ kind: "unknown_result" }],
  forgeries: [],
  refundEnds: [],
});
