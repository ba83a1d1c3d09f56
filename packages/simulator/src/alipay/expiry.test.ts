import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { type AlipayBench, startAlipayBench } from "../../test/alipay-bench.ts";
import { beijingTime } from "./beijing-time.ts";
import { readExpiry } from "./expiry.ts";
import { createAlipayMerchant } from "./merchant.ts";

const minuteMs = 60_000;
const now = Date.parse("2026-11-20T10:00:00+08:00");

describe("readExpiry", () => {
  test.each([
    [{}, 180, 120],
    [{ timeout_express: "15m" }, 15, 15],
    [{ timeout_express: "1d" }, 1440, 120],
    [{ timeout_express: "1c" }, 14 * 60, 120],
    [{ qr_code_timeout_express: "5m" }, 180, 5],
    [{ qr_code_timeout_express: "3h" }, 180, 120],
    [{ timeout_express: "5m", qr_code_timeout_express: "1h" }, 5, 5],
    [{ timeout_express: "5m", time_expire: "2026-11-20 10:30:00" }, 30, 30],
    [{ time_expire: "2026-11-20 10:30" }, 30, 30],
  ])("%j lasts %i minutes, its code %i", (biz, tradeMinutes, qrMinutes) => {
    expect(readExpiry(biz, now)).toEqual({
      tradeExpiresAt: now + tradeMinutes * minuteMs,
      qrExpiresAt: now + qrMinutes * minuteMs,
    });
  });
});

describe("time passing at Alipay", () => {
  let bench: AlipayBench;
  const keysReady = createAlipayMerchant();

  beforeEach(async () => {
    bench = await startAlipayBench(await keysReady, { now: () => now });
  });

  afterEach(() => bench.stop());

  test("an unscanned code expires without ever having been a trade, and the number may be asked again", async () => {
    const code = await bench.code("E1", { timeout_express: "15m" });
    bench.simulator.clock.advance(15 * minuteMs);
    expect(bench.simulator.payer.open(code).state).toBe("expired");
    expect(() => bench.simulator.payer.pay(code)).toThrow(expect.objectContaining({ code: "CODE_EXPIRED" }));
    expect(await bench.query("E1")).toMatchObject({ sub_code: "ACQ.TRADE_NOT_EXIST" });
    const fresh = await bench.code("E1", { timeout_express: "15m" });
    expect(fresh).not.toBe(code);
    expect(bench.simulator.payer.open(code).state).toBe("expired");
    expect(bench.simulator.payer.pay(fresh).state).toBe("paid");
  });

  test("a scanned trade closes by itself at its time", async () => {
    const code = await bench.code("E2", { timeout_express: "15m" });
    bench.simulator.payer.open(code);
    bench.simulator.clock.advance(15 * minuteMs - 1);
    expect(await bench.query("E2")).toMatchObject({ trade_status: "WAIT_BUYER_PAY" });
    bench.simulator.clock.advance(1);
    expect(await bench.query("E2")).toMatchObject({ trade_status: "TRADE_CLOSED" });
    expect(bench.simulator.payer.open(code).state).toBe("expired");
    expect(await bench.close("E2")).toMatchObject({ sub_code: "ACQ.TRADE_STATUS_ERROR" });
  });

  test("a code lives two hours although its trade may live longer", async () => {
    const scanned = await bench.code("E3", { timeout_express: "1d" });
    const unscanned = await bench.code("E4", { timeout_express: "1d" });
    bench.simulator.payer.open(scanned);
    bench.simulator.clock.advance(120 * minuteMs);
    expect(bench.simulator.payer.open(unscanned).state).toBe("expired");
    expect(bench.simulator.payer.pay(scanned).state).toBe("paid");
  });

  test("the payer sees when it ends", async () => {
    const at = bench.simulator.clock.now() + 30 * minuteMs;
    const code = await bench.code("E5", { time_expire: beijingTime(at) });
    expect(bench.simulator.payer.open(code).expiresAt).toBe(at);
  });
});
