import { createWechatpayMerchant, startSimulator } from "@payhub/simulator";
import { describe } from "vitest";
import { simulatorHarness } from "../../test/simulator-harness.ts";
import { type ContractFault, describeChannel } from "../channel-contract.ts";
import { wechatpay } from "./plugin.ts";

const unknownFaults: readonly ContractFault[] = [
  { kind: "status", status: 202, code: "USERPAYING" },
  { kind: "status", status: 400, code: "SYSTEM_ERROR" },
  { kind: "status", status: 429, code: "FREQUENCY_LIMITED" },
  { kind: "status", status: 503, code: "SERVICE_UNAVAILABLE" },
  { kind: "stale_timestamp" },
  { kind: "unknown_serial" },
  { kind: "probe" },
];

describe.each([
  { mode: "with a public key", publicKey: true },
  { mode: "with a platform certificate", publicKey: false },
  { mode: "for a sub-merchant", publicKey: true, sub: { subMchid: "1900000201", subAppid: "wx00000000000sub01" } },
])("$mode", ({ publicKey, sub }) => {
  describeChannel({
    plugin: wechatpay,
    open: () => open(publicKey, sub),
    unknownFaults,
    forgeries: ["probe"],
    refundEnds: ["closed", "abnormal"],
    coldOutcome: publicKey ? "unknown" : "unsent",
  });
});

async function open(publicKey: boolean, sub?: { subMchid: string; subAppid: string }) {
  const callbacksSignedBy = publicKey ? "public_key" : "certificate";
  const subMerchants = sub && [{ mchid: sub.subMchid, appids: [sub.subAppid], name: "特约商户" }];
  const { merchant, credentials } = await createWechatpayMerchant({
    publicKey,
    callbacksSignedBy,
    ...(subMerchants && { subMerchants }),
  });
  const fresh = await createWechatpayMerchant({ mchid: credentials.mchid, appid: credentials.appid, publicKey });
  // Without a public key the newest version must still be able to fetch the certificates.
  const next = publicKey ? fresh.credentials : { ...credentials, apiV3Key: fresh.credentials.apiV3Key };
  const simulator = await startSimulator({
    wechatpay: { merchants: [merchant], refundDelayMs: 50, refundErrorsPerSecond: 1000 },
  });
  const endpoint = simulator.urls.wechatpay;
  const secrets = [credentials, next].flatMap(({ apiV3Key, merchantPrivateKey }) => [
    apiV3Key,
    ...merchantPrivateKey.split("\n").filter((line) => line !== "" && !line.startsWith("-")),
  ]);
  return simulatorHarness({
    channel: "wechatpay",
    simulator,
    credentials: { ...credentials, ...sub, endpoint },
    successor: { ...next, ...sub, endpoint },
    secrets,
  });
}
