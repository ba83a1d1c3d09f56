import { expect, test } from "vitest";
import type { ChannelPayer, InvocationParams, PayerView } from "./payer.ts";
import { createPayer } from "./payer.ts";

function channel(prefix: string, log: string[]): ChannelPayer {
  const act = (verb: string) => (code: string) => {
    log.push(`${verb} ${code}`);
    const view: PayerView = {
      channel: "alipay",
      code,
      merchantName: "",
      subject: "",
      amount: 1,
      state: "unpaid",
      expiresAt: 0,
    };
    return view;
  };
  const actions = {
    open: act("open"),
    pay: act("pay"),
    refuse: act("refuse"),
    confirm: act("confirm"),
    visit: act("visit"),
    invoke: (params: InvocationParams) => act("invoke")(String(params)),
    payerCode: () => act("payerCode")(prefix).code,
  };
  return {
    channel: prefix === "a:" ? "wechatpay" : "alipay",
    owns: (code) => code.startsWith(prefix),
    ownsParams: (params) => typeof params === "string" && params.startsWith(prefix),
    actions,
  };
}

test("each code goes to the channel that owns it, with the right action", () => {
  const [a, b]: [string[], string[]] = [[], []];
  const payer = createPayer([channel("a:", a), channel("b:", b)]);
  payer.open("a:1");
  payer.pay("b:1");
  payer.refuse("a:2");
  payer.confirm("b:2");
  payer.visit("a:3");
  payer.invoke("b:3");
  expect(payer.payerCode("alipay")).toBe("b:");
  expect([a, b]).toEqual([
    ["open a:1", "refuse a:2", "visit a:3"],
    ["pay b:1", "confirm b:2", "invoke b:3", "payerCode b:"],
  ]);
});

test("a code of no channel is unknown", () => {
  const payer = createPayer([channel("a:", [])]);
  expect(() => payer.open("hello")).toThrow(expect.objectContaining({ code: "UNKNOWN_CODE" }));
  expect(() => payer.invoke({ appId: "x" })).toThrow(expect.objectContaining({ code: "UNKNOWN_CODE" }));
});
