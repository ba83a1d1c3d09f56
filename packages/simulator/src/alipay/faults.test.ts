import { afterEach, beforeEach, expect, test } from "vitest";
import { type AlipayBench, createAlipayClient, startAlipayBench } from "../../test/alipay-bench.ts";
import type { Fault } from "../core/faults.ts";
import { createAlipayMerchant } from "./merchant.ts";

const keys = await createAlipayMerchant();
let bench: AlipayBench;

beforeEach(async () => {
  bench = await startAlipayBench(keys);
});

afterEach(() => bench.stop());

function script(fault: Fault, times = 1): void {
  bench.simulator.faults.script({ channel: "alipay", operation: "create", times, fault });
}

const placed = () => bench.simulator.ledger().map(({ outTradeNo }) => outTradeNo);

/** The SDK gives up after 300 ms, as a client with a short deadline does. */
function precreateImpatiently(outTradeNo: string): Promise<unknown> {
  const biz = { out_trade_no: outTradeNo, total_amount: "1.00", subject: "茶" };
  return createAlipayClient(bench.simulator.urls.alipay, keys.credentials, { timeoutMs: 300 }).exec(
    "alipay.trade.precreate",
    { biz_content: biz },
    { validateSign: true },
  );
}

test("delay answers late", async () => {
  script({ kind: "delay", ms: 150 });
  const startedAt = performance.now();
  expect(await bench.precreate("F1")).toMatchObject({ code: "10000" });
  expect(performance.now() - startedAt).toBeGreaterThan(140);
});

test("a timeout before the commit leaves nothing, one after it leaves the order", async () => {
  script({ kind: "timeout_before_commit", holdMs: 2000 });
  await expect(precreateImpatiently("F2")).rejects.toThrow(/HttpClient Request error/);
  expect(placed()).toEqual([]);
  script({ kind: "timeout_after_commit", holdMs: 2000 });
  await expect(precreateImpatiently("F3")).rejects.toThrow(/HttpClient Request error/);
  await expect.poll(placed).toEqual(["F3"]);
});

test("a dropped connection; the SDK silently sends a dropped POST once more", async () => {
  script({ kind: "drop", when: "after" }, 2);
  await expect(bench.precreate("F4")).rejects.toThrow(/HttpClient Request error/);
  expect(placed()).toEqual(["F4"]);
  expect(bench.simulator.calls().map(({ outcome }) => outcome)).toEqual(["drop", "drop"]);
  script({ kind: "drop", when: "before" }, 2);
  await expect(bench.precreate("F5")).rejects.toThrow(/HttpClient Request error/);
  expect(placed()).toEqual(["F4"]);
});

test("an HTTP error, then success", async () => {
  script({ kind: "status", status: 502 });
  await expect(bench.precreate("F6")).rejects.toThrow(/502/);
  expect(placed()).toEqual([]);
  expect(await bench.precreate("F6")).toMatchObject({ code: "10000" });
  script({ kind: "status", status: 500, committed: true });
  await expect(bench.precreate("F7")).rejects.toThrow(/500/);
  expect(placed()).toEqual(["F6", "F7"]);
});

test("an unknown result is code 20000, signed, with or without the work", async () => {
  script({ kind: "unknown_result" });
  const unknown = { code: "20000", msg: "Service Currently Unavailable", sub_code: "isp.unknow-error" };
  expect(await bench.precreate("F8")).toMatchObject(unknown);
  expect(placed()).toEqual([]);
  script({ kind: "unknown_result", committed: true });
  expect(await bench.precreate("F8")).toMatchObject(unknown);
  expect(placed()).toEqual(["F8"]);
});

test("a bad signature and a missing one are seen by the SDK", async () => {
  script({ kind: "bad_signature" });
  await expect(bench.precreate("F9")).rejects.toThrow(/验签失败/);
  script({ kind: "unsigned" });
  await expect(bench.precreate("F9")).rejects.toThrow(TypeError);
  expect(await bench.precreate("F9")).toMatchObject({ code: "10000" });
});

test("a fault hits only the orders it matches, as often as scripted", async () => {
  const match = (outTradeNo: string) => outTradeNo === "F11";
  const fault: Fault = { kind: "unknown_result" };
  bench.simulator.faults.script({ channel: "alipay", operation: "create", match, times: 2, fault });
  const codes = [];
  for (const no of ["F10", "F11", "F11", "F11"]) codes.push((await bench.precreate(no)).code);
  expect(codes).toEqual(["10000", "20000", "20000", "10000"]);
});
