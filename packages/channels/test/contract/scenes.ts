import { CURRENCY, type PayerAction, type Scene, type SceneInput, samePayee } from "@payhub/domain";
import { expect, test } from "vitest";
import type { Bench } from "./bench.ts";

const ACTIONS: Readonly<Record<Scene, readonly PayerAction["type"][]>> = {
  qr: ["show_qr"],
  jsapi: ["invoke_jsapi"],
  miniprogram: ["invoke_jsapi"],
  app: ["invoke_app"],
  h5: ["redirect"],
  pc: ["redirect", "submit_form"],
  barcode: [],
  face: [],
};

/** Every scene in which the payer is handed something and pays in his own time. */
export function describeScenes<C>(bench: Bench<C>): void {
  const scenes = scenesOf(bench).flatMap(([scene]) => (ACTIONS[scene].length > 0 ? [scene] : []));
  const cases = scenes.flatMap((scene) =>
    ACTIONS[scene].map((type) => ({ title: `${scene} by ${type}`, scene, type })),
  );

  function inputOf(scene: Scene, type: PayerAction["type"]): SceneInput {
    const input = bench.harness.input(scene);
    return input.scene === "pc" ? { ...input, pageMethod: type === "submit_form" ? "post" : "get" } : input;
  }

  test.each(cases)("$title: create, follow, pay; query and notification agree", async ({ scene, type }) => {
    const request = bench.request({ amount: 1001 }, inputOf(scene, type));
    const action = await bench.accepted(request);
    expect(action.type).toBe(type);
    bench.harness.pay(await bench.harness.follow(action));
    const receipt = await bench.receiptOf(request);
    expect(receipt).toMatchObject({ outTradeNo: request.attemptNo, amount: 1001, currency: CURRENCY });
    expect(samePayee(receipt.payee, bench.connection.payee)).toBe(true);
    const [raw] = await bench.harness.notifications(request.attemptNo, 1);
    if (!raw) throw new Error("no notification came");
    const notice = await bench.tell(bench.connection.readNotification(raw));
    const { payee, ...facts } = receipt;
    expect(notice).toMatchObject({ kind: "payment", receipt: facts });
    if (notice.kind === "payment") expect(samePayee(notice.receipt.payee, bench.connection.payee)).toBe(true);
    expect(bench.harness.kept(request.attemptNo)).toBe(1001);
  });

  test.each(cases)("$title: a repeat is accepted, and what it gives works", async ({ scene, type }) => {
    const request = bench.request({}, inputOf(scene, type));
    await bench.accepted(request);
    bench.harness.pay(await bench.harness.follow(await bench.accepted({ ...request })));
    expect(await bench.run("query", request)).toMatchObject({ kind: "paid" });
  });

  test.each(cases)("$title: what was closed takes no money", async ({ scene, type }) => {
    const request = bench.request({}, inputOf(scene, type));
    const code = await bench.harness.follow(await bench.accepted(request));
    const { kind } = await bench.run("close", request);
    // An order that begins with the payment is not there to be closed yet.
    expect(["closed", "absent"]).toContain(kind);
    if (kind === "absent") return;
    expect(() => bench.harness.pay(code)).toThrow();
    expect(await bench.run("query", request)).toEqual({ kind: "closed" });
    expect(bench.harness.kept(request.attemptNo)).toBe(0);
  });

  test("each scene has bounds that an order can keep", () => {
    for (const [, { minExpiresInMs, maxExpiresInMs, atCounter }] of scenesOf(bench)) {
      expect(minExpiresInMs).toBeGreaterThan(0);
      expect(maxExpiresInMs).toBeGreaterThan(minExpiresInMs);
      if (atCounter) expect(atCounter.giveUpAfterMs).toBeGreaterThan(atCounter.askEveryMs);
    }
  });
}

/** A plugin's scenes with what it can do in each. */
function scenesOf<C>({ contract }: Bench<C>) {
  return Object.entries(contract.plugin.scenes).map(([scene, capability]) => [scene as Scene, capability] as const);
}
