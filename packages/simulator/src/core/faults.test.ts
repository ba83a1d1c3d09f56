import { expect, test } from "vitest";
import { createFaults } from "./faults.ts";

const call = { channel: "wechatpay", operation: "create", outTradeNo: "A1" } as const;

test("a fault hits as many matching calls as scripted, oldest script first", () => {
  const faults = createFaults();
  faults.script({ channel: "wechatpay", operation: "create", times: 2, fault: { kind: "status", status: 500 } });
  faults.script({ channel: "wechatpay", operation: "create", fault: { kind: "unsigned" } });
  expect(faults.take({ ...call, operation: "query" })).toBeUndefined();
  expect(faults.take({ ...call, channel: "alipay" })).toBeUndefined();
  const taken = [1, 2, 3, 4].map(() => faults.take(call)?.kind);
  expect(taken).toEqual(["status", "status", "unsigned", undefined]);
});

test("a fault waits for its order number", () => {
  const faults = createFaults();
  faults.callback({ channel: "wechatpay", match: (outTradeNo) => outTradeNo === "A2", fault: "lost" });
  expect(faults.takeCallback({ channel: "wechatpay", outTradeNo: "A1" })).toBeUndefined();
  expect(faults.takeCallback({ channel: "wechatpay", outTradeNo: "A2" })).toBe("lost");
  expect(faults.takeCallback({ channel: "wechatpay", outTradeNo: "A2" })).toBeUndefined();
});

test("clear forgets both kinds", () => {
  const faults = createFaults();
  faults.script({ channel: "wechatpay", operation: "create", times: Infinity, fault: { kind: "unsigned" } });
  faults.callback({ channel: "wechatpay", times: Infinity, fault: "lost" });
  expect(faults.take(call)).toBeDefined();
  faults.clear();
  expect(faults.take(call)).toBeUndefined();
  expect(faults.takeCallback(call)).toBeUndefined();
});
