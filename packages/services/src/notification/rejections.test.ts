import { expect, it } from "vitest";
import { countRejection } from "./rejections.ts";

function listen() {
  let now = 1_000_000;
  const told: Record<string, unknown>[] = [];
  const ctx = {
    clock: { now: () => now },
    alert: (_kind: string, facts: Record<string, unknown>) => void told.push(facts),
  };
  const advance = (ms: number) => {
    now += ms;
  };
  return { ctx, told, advance };
}

const forged = { channel: "wechatpay", accountNo: "A1", reason: "signature" };

it("tells of the first of a kind at once, and of the rest once in ten seconds with their count", () => {
  const { ctx, told, advance } = listen();
  for (let i = 0; i < 100; i++) countRejection(ctx, forged);
  expect(told).toEqual([{ ...forged, count: 1 }]);
  advance(9_999);
  countRejection(ctx, forged);
  expect(told).toHaveLength(1);
  advance(1);
  countRejection(ctx, forged);
  expect(told[1]).toEqual({ ...forged, count: 101 });
});

it("keeps accounts and reasons apart", () => {
  const { ctx, told } = listen();
  countRejection(ctx, forged);
  countRejection(ctx, { ...forged, accountNo: "A2" });
  countRejection(ctx, { ...forged, reason: "timestamp" });
  expect(told).toHaveLength(3);
});

it("remembers a bounded number of kinds", () => {
  const { ctx, told } = listen();
  for (let i = 0; i < 1_002; i++) countRejection(ctx, { ...forged, accountNo: `A${i}` });
  countRejection(ctx, { ...forged, accountNo: "A0" });
  expect(told).toHaveLength(1_003);
});
