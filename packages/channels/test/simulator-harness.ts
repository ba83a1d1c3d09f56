import type { PayerAction, Scene, SceneInput } from "@payhub/domain";
import type { Channel, Simulator } from "@payhub/simulator";
import type { AtCounter, ChannelHarness, Operation } from "./contract/harness.ts";
import { openMailbox } from "./mailbox.ts";

/** Puts a running simulator behind the contract's harness, with a server that catches its callbacks by order number. */
export async function simulatorHarness(options: {
  channel: Channel;
  simulator: Simulator;
  credentials: Readonly<Record<string, string>>;
  successor: Readonly<Record<string, string>>;
  secrets: readonly string[];
}): Promise<ChannelHarness> {
  const { channel, simulator, credentials, successor, secrets } = options;
  const mailbox = await openMailbox();

  return {
    credentials,
    successor,
    secrets,
    notifyUrl: (attemptNo) => mailbox.urlOf(attemptNo),
    fault: ({ operation, attemptNo, fault }) =>
      simulator.faults.script({
        channel,
        operation: channelWord(channel, operation),
        match: (outTradeNo) => outTradeNo === attemptNo,
        fault,
      }),
    callbackFault: ({ attemptNo, fault }) =>
      simulator.faults.callback({ channel, match: (outTradeNo) => outTradeNo === attemptNo, fault }),
    calls: (attemptNo) => simulator.calls().filter(({ outTradeNo }) => outTradeNo === attemptNo).length,
    input: (scene, payer = {}) => inputOf({ channel, simulator, scene, payer }),
    follow: (action) => follow(simulator, action),
    scan: (code) => void simulator.payer.open(code),
    pay: (code) => void simulator.payer.pay(code),
    confirm: (authCode) => void simulator.payer.confirm(authCode),
    refuse: (authCode) => void simulator.payer.refuse(authCode),
    refundFate: ({ attemptNo, fate }) =>
      simulator.faults.refund({ channel, match: (outTradeNo) => outTradeNo === attemptNo, outcome: { kind: fate } }),
    kept: (attemptNo) => keptOf(simulator, attemptNo),
    now: () => simulator.clock.now(),
    advance: (ms) => simulator.clock.advance(ms),
    spoilBill: (bill) => simulator.bills.spoil({ channel, ...bill, spoil: { kind: "wrong_hash" } }),
    notifications: (attemptNo, count) => mailbox.caught(attemptNo, count),
    async stop() {
      await simulator.stop();
      await mailbox.close();
    },
  };
}

const OPENIDS = { wechatpay: "oUpF8uMuAJO_M2pxb1Q9zNjWeS6o", alipay: "2088102146225135" } as const;

function inputOf({
  channel,
  simulator,
  scene,
  payer,
}: {
  channel: Channel;
  simulator: Simulator;
  scene: Scene;
  payer: AtCounter;
}): SceneInput {
  const returnUrl = "https://shop.example.com/back?order=1&步=2";
  switch (scene) {
    case "qr":
    case "app":
      return { scene };
    case "jsapi":
    case "miniprogram":
      return { scene, openid: OPENIDS[channel] };
    case "h5":
      return { scene, clientIp: "203.0.113.7", returnUrl };
    case "pc":
      return { scene, returnUrl, pageMethod: "get" };
    case "barcode":
    case "face":
      return {
        scene,
        authCode: simulator.payer.payerCode(channel, { ...payer, face: scene === "face" }),
        storeNo: "S001",
      };
  }
}

/** The payer's phone or browser with what the business handed it. */
async function follow({ payer }: Simulator, action: PayerAction): Promise<string> {
  switch (action.type) {
    case "show_qr":
      return payer.open(action.codeUrl).code;
    case "redirect":
      return payer.visit(action.url).code;
    case "submit_form": {
      const reply = await fetch(action.url, {
        method: "POST",
        body: new URLSearchParams(action.fields),
        redirect: "manual",
      });
      return payer.visit(new URL(reply.headers.get("location") ?? "", action.url).href).code;
    }
    case "invoke_jsapi":
    case "invoke_app":
      return payer.invoke(action.parameters).code;
    case "wait":
    case "none":
      throw new Error(`a payer cannot follow "${action.type}"`);
  }
}

function keptOf(simulator: Simulator, attemptNo: string): number {
  const entry = simulator.ledger().find(({ outTradeNo }) => outTradeNo === attemptNo);
  if (entry?.state !== "paid") return 0;
  const returned = entry.refunds.filter(({ state }) => state !== "closed").map(({ amount }) => amount);
  return returned.reduce((left, amount) => left - amount, entry.amount);
}

function channelWord(channel: Channel, operation: Operation) {
  return channel === "wechatpay" && operation === "cancel" ? "reverse" : operation;
}
