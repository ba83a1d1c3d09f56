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

test("a callback fault of one topic leaves the other alone", () => {
  const faults = createFaults();
  faults.callback({ channel: "wechatpay", topic: "refund", fault: "lost" });
  expect(faults.takeCallback(call)).toBeUndefined();
  expect(faults.takeCallback({ ...call, channel: "alipay", topic: "refund" })).toBeUndefined();
  expect(faults.takeCallback({ ...call, topic: "refund" })).toBe("lost");
});

test("the outcome of a refund waits for its channel and order", () => {
  const faults = createFaults();
  faults.refund({ channel: "alipay", match: (outTradeNo) => outTradeNo === "A1", outcome: { kind: "not_enough" } });
  expect(faults.takeRefund(call)).toBeUndefined();
  expect(faults.takeRefund({ channel: "alipay", outTradeNo: "A2" })).toBeUndefined();
  expect(faults.takeRefund({ channel: "alipay", outTradeNo: "A1" })).toEqual({ kind: "not_enough" });
});

test("clear forgets all kinds", () => {
  const faults = createFaults();
  faults.script({ channel: "wechatpay", operation: "create", times: Infinity, fault: { kind: "unsigned" } });
  faults.callback({ channel: "wechatpay", times: Infinity, fault: "lost" });
  faults.refund({ channel: "wechatpay", outcome: { kind: "closed" } });
  expect(faults.take(call)).toBeDefined();
  faults.clear();
  expect(faults.take(call)).toBeUndefined();
  expect(faults.takeCallback(call)).toBeUndefined();
  expect(faults.takeRefund(call)).toBeUndefined();
});
