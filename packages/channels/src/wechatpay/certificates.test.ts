import {
  type CreateWechatpayMerchantOptions,
  createPlatformCertificate,
  createWechatpayMerchant,
  type Fault,
  type Simulator,
  type SimulatorOptions,
  startSimulator,
} from "@payhub/simulator";
import { afterEach, describe, expect, test } from "vitest";
import { simulatorHarness } from "../../test/simulator-harness.ts";
import { connectTo } from "../../test/wechatpay-peer.ts";
import type { ChargeRequest } from "../channel.ts";

const YEAR_MS = 365 * 24 * 3_600_000;
const stops: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const stop of stops.splice(0)) await stop();
});

const merchants: Record<"certificate" | "both", CreateWechatpayMerchantOptions> = {
  certificate: { publicKey: false },
  both: { publicKey: true, callbacksSignedBy: "certificate" },
};
const made = new Map<string, ReturnType<typeof createWechatpayMerchant>>();

/** RSA keys take long to make: tests share a merchant, each with a copy of its own. */
async function merchantIn(mode: keyof typeof merchants) {
  const ready = made.get(mode) ?? createWechatpayMerchant(merchants[mode]);
  made.set(mode, ready);
  return structuredClone(await ready);
}

async function open(mode: keyof typeof merchants = "certificate", simulatorOptions: SimulatorOptions = {}) {
  const { merchant, credentials: own } = await merchantIn(mode);
  const simulator = await startSimulator({ ...simulatorOptions, wechatpay: { merchants: [merchant] } });
  const credentials = { ...own, endpoint: simulator.urls.wechatpay };
  const successor = credentials;
  const harness = await simulatorHarness({ channel: "wechatpay", simulator, credentials, successor, secrets: [] });
  stops.push(harness.stop);
  const now = simulatorOptions.now ?? Date.now;
  const offset = { ms: 0 };
  const connection = connectTo([credentials], { now: () => now() + offset.ms });
  return { merchant, simulator, credentials, harness, connection, offset };
}

function requestOf(attemptNo: string, notifyUrl = "http://127.0.0.1/"): ChargeRequest {
  const createdAt = Date.now();
  return { scene: "qr", attemptNo, amount: 1, subject: "a", createdAt, expiresAt: createdAt + 900_000, notifyUrl };
}

const callsOf = (simulator: Simulator, operation: string) =>
  simulator.calls().filter((call) => call.operation === operation).length;

describe("platform certificates", () => {
  test("are fetched once, before the first charge, however many come at once", async () => {
    const { connection, simulator } = await open();
    const outcomes = await Promise.all(
      Array.from({ length: 10 }, (_, index) => connection.create(requestOf(`T000000${index}`))),
    );
    expect(new Set(outcomes.map(({ kind }) => kind))).toEqual(new Set(["accepted"]));
    expect(callsOf(simulator, "certificates")).toBe(1);
  });

  test("that rotate are fetched anew, at most once a minute", async () => {
    const { connection, merchant, simulator, offset } = await open();
    expect(await connection.create(requestOf("T0000001"))).toMatchObject({ kind: "accepted" });
    merchant.platform.certificates.push(await createPlatformCertificate());
    expect(await connection.create(requestOf("T0000002"))).toMatchObject({ kind: "unknown" });
    expect(callsOf(simulator, "certificates")).toBe(1);
    offset.ms = 61_000;
    expect(await connection.create(requestOf("T0000002"))).toMatchObject({ kind: "accepted" });
    expect(callsOf(simulator, "certificates")).toBe(2);
  });

  test("and a public key are believed at the same time", async () => {
    const { connection, harness, simulator } = await open("both");
    const outcome = await connection.create(requestOf("T0000001", harness.notifyUrl("T0000001")));
    expect(callsOf(simulator, "certificates")).toBe(0);
    if (outcome.kind !== "accepted" || outcome.action.type !== "show_qr") throw new Error(outcome.kind);
    harness.pay(outcome.action.codeUrl);
    const [raw] = await harness.notifications("T0000001", 1);
    if (!raw) throw new Error("no callback");
    expect(await connection.readNotification(raw)).toMatchObject({ kind: "payment" });
    expect(callsOf(simulator, "certificates")).toBe(1);
  });

  test.each<Fault>([
    { kind: "bad_signature" },
    { kind: "unsigned" },
    { kind: "stale_timestamp" },
    { kind: "unknown_serial" },
    { kind: "probe" },
    { kind: "status", status: 500 },
    { kind: "timeout_after_commit" },
    { kind: "drop", when: "after" },
  ])("that come with $kind are not believed, and nothing is charged", async (fault) => {
    const { connection, simulator, offset } = await open();
    simulator.faults.script({ channel: "wechatpay", operation: "certificates", fault });
    expect(await connection.create(requestOf("T0000001"))).toMatchObject({ kind: "unsent" });
    expect(callsOf(simulator, "create")).toBe(0);
    offset.ms = 61_000;
    // The fetch that this call gave up may still be dying when the next call comes.
    await expect.poll(() => connection.create(requestOf("T0000001"))).toMatchObject({ kind: "accepted" });
  });

  test("sealed with a key that is not ours, out of date, or under another's serial, are not believed", async () => {
    const sealed = await open();
    const wrongKey = connectTo([{ ...sealed.credentials, apiV3Key: "x".repeat(32) }]);
    expect(await wrongKey.create(requestOf("T0000001"))).toMatchObject({ kind: "unsent" });

    for (const years of [-1, 20]) {
      const dated = await open("certificate", { now: () => Date.now() + years * YEAR_MS });
      expect(await dated.connection.create(requestOf("T0000001"))).toMatchObject({ kind: "unsent" });
      expect(callsOf(dated.simulator, "certificates")).toBe(1);
    }

    const misnamed = await open();
    for (const certificate of misnamed.merchant.platform.certificates) certificate.serialNo = "A".repeat(40);
    expect(await misnamed.connection.create(requestOf("T0000001"))).toMatchObject({ kind: "unsent" });
  });
});
