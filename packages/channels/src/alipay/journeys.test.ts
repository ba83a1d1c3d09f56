import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Account, MODES, openAccount } from "../../test/alipay-account.ts";
import type { ChannelConnection, ChargeRequest } from "../channel.ts";

const BUYER = "2088000000000099";

const accounts = new Map<string, Account>();
let placed = 0;

beforeAll(async () => {
  for (const mode of MODES) accounts.set(mode, await openAccount(mode, { refundGapMs: 3000 }));
});
afterAll(async () => {
  for (const { harness } of accounts.values()) await harness.stop();
});

function accountOf(mode: string): Account {
  const account = accounts.get(mode);
  if (!account) throw new Error(`no account in mode ${mode}`);
  return account;
}

function orderOf({ simulator, harness }: Account) {
  placed += 1;
  const attemptNo = `T2026112110000000${placed}`;
  const createdAt = simulator.clock.now();
  return {
    attemptNo,
    amount: 1288,
    subject: "拿铁 A&B=1%",
    createdAt,
    expiresAt: createdAt + 15 * 60_000,
    notifyUrl: harness.notifyUrl(attemptNo),
  };
}

/** How the payer pays each scene, from what `create` came to. */
const SCENES: Record<
  string,
  { request(account: Account): ChargeRequest; pay(account: Account, request: ChargeRequest): Promise<void> }
> = {
  qr: {
    request: (account) => ({ ...orderOf(account), scene: "qr" }),
    async pay({ simulator, connection }, request) {
      const action = await actionOf(connection, request);
      if (action.type === "show_qr") simulator.payer.pay(action.codeUrl);
    },
  },
  barcode: {
    request: (account) => counterRequest(account, "barcode"),
    pay: paidAtOnce,
  },
  face: {
    request: (account) => counterRequest(account, "face"),
    pay: paidAtOnce,
  },
  jsapi: {
    request: (account) => ({ ...orderOf(account), scene: "jsapi", openid: BUYER }),
    pay: invoked,
  },
  miniprogram: {
    request: (account) => ({
      ...orderOf(account),
      scene: "miniprogram",
      openid: "074a1CcTG1LelxKe4xQC0zgNdId0nxi95b5",
    }),
    pay: invoked,
  },
  app: { request: (account) => ({ ...orderOf(account), scene: "app" }), pay: invoked },
  h5: {
    request: (account) => ({
      ...orderOf(account),
      scene: "h5",
      clientIp: "203.0.113.7",
      returnUrl: "https://shop.example.com/a?b=1&c=2",
    }),
    pay: visited,
  },
  "pc by link": {
    request: (account) => ({
      ...orderOf(account),
      scene: "pc",
      pageMethod: "get",
      returnUrl: "https://shop.example.com/",
    }),
    pay: visited,
  },
  "pc by form": {
    request: (account) => ({
      ...orderOf(account),
      scene: "pc",
      pageMethod: "post",
      returnUrl: "https://shop.example.com/",
    }),
    pay: visited,
  },
};

function counterRequest(account: Account, scene: "barcode" | "face", options = {}): ChargeRequest {
  const authCode = account.simulator.payer.payerCode("alipay", { face: scene === "face", ...options });
  return { ...orderOf(account), scene, authCode, storeNo: "S1" };
}

async function actionOf(connection: ChannelConnection, request: ChargeRequest) {
  const outcome = await connection.create(request);
  if (outcome.kind !== "accepted") throw new Error(`not accepted: ${JSON.stringify(outcome)}`);
  return outcome.action;
}

async function paidAtOnce({ connection }: Account, request: ChargeRequest): Promise<void> {
  expect(await connection.create(request)).toMatchObject({ kind: "paid", receipt: { amount: request.amount } });
}

async function invoked({ simulator, connection }: Account, request: ChargeRequest): Promise<void> {
  const action = await actionOf(connection, request);
  if (action.type !== "invoke_jsapi" && action.type !== "invoke_app") throw new Error(action.type);
  simulator.payer.pay(simulator.payer.invoke(action.parameters).code);
}

/** A browser follows the link, or posts the form, to the cashier. */
async function visited({ simulator, connection }: Account, request: ChargeRequest): Promise<void> {
  const action = await actionOf(connection, request);
  if (action.type !== "redirect" && action.type !== "submit_form") throw new Error(action.type);
  expect(await connection.query(request)).toEqual({ kind: "absent" });
  const reply =
    action.type === "redirect"
      ? await fetch(action.url, { redirect: "manual" })
      : await fetch(action.url, { method: "POST", body: new URLSearchParams(action.fields), redirect: "manual" });
  const cashier = reply.headers.get("location");
  if (cashier === null) throw new Error(`no cashier: ${await reply.text()}`);
  simulator.payer.pay(simulator.payer.visit(cashier).code);
}

describe.each(MODES)("with %s", (mode) => {
  test.each(Object.keys(SCENES))(
    "%s: paid, known by query and notification, given back in two parts",
    async (title) => {
      const account = accountOf(mode);
      const { connection, harness, simulator } = account;
      const scene = SCENES[title];
      if (!scene) throw new Error(title);
      const request = scene.request(account);
      const { attemptNo, amount } = request;
      await scene.pay(account, request);
      const found = await connection.query({ attemptNo });
      if (found.kind !== "paid") throw new Error(`not paid: ${JSON.stringify(found)}`);
      const { payee: _payee, ...facts } = found.receipt;
      const [paid] = await harness.notifications(attemptNo, 1);
      if (!paid) throw new Error("no notification");
      expect(await connection.readNotification(paid)).toMatchObject({
        kind: "payment",
        receipt: { ...facts, payee: connection.payee },
      });
      const refund = (refundNo: string, part: number) =>
        connection.refund({
          ...found.receipt,
          attemptNo,
          refundNo,
          amount: part,
          total: amount,
          reason: "退",
          notifyUrl: "",
        });
      expect(await refund(`R${attemptNo}A`, 288)).toMatchObject({ kind: "succeeded", amount: 288 });
      expect(await refund(`R${attemptNo}A`, 288)).toMatchObject({ kind: "succeeded", amount: 288 });
      expect(await refund(`R${attemptNo}A`, 289)).toMatchObject({ kind: "declined", because: "number_used" });
      simulator.clock.advance(3000);
      expect(await refund(`R${attemptNo}B`, 1001)).toMatchObject({ kind: "declined", because: "exceeds_paid" });
      expect(await refund(`R${attemptNo}B`, 1000)).toMatchObject({ kind: "succeeded", amount: 1000 });
      expect(await refund(`R${attemptNo}C`, 1)).toMatchObject({ kind: "declined", because: "exceeds_paid" });
      expect(await connection.queryRefund({ attemptNo, refundNo: `R${attemptNo}B` })).toMatchObject({ amount: 1000 });
      expect(await connection.queryRefund({ attemptNo, refundNo: `R${attemptNo}b` })).toEqual({ kind: "absent" });
      const hints = (await harness.notifications(attemptNo, 2)).slice(1);
      const read = await Promise.all(hints.map((raw) => connection.readNotification(raw)));
      expect(read[0]).toMatchObject({ kind: "refund", attemptNo, refundNo: `R${attemptNo}A` });
      expect(new Set(read.map(({ kind }) => kind))).toEqual(new Set(["refund"]));
    },
  );
});

describe("a payer at the counter", () => {
  const counter = () => accountOf("public key");

  test("types a password, and pays", async () => {
    const { connection, simulator } = counter();
    const request = counterRequest(counter(), "barcode", { password: true });
    expect(await connection.create(request)).toEqual({ kind: "pending" });
    expect(await connection.query(request)).toEqual({ kind: "unpaid" });
    if (request.scene === "barcode") simulator.payer.confirm(request.authCode);
    expect(await connection.query(request)).toMatchObject({ kind: "paid" });
  });

  test("does not type it in time", async () => {
    const { connection, simulator } = counter();
    const request = counterRequest(counter(), "barcode", { password: true });
    await connection.create(request);
    expect(await connection.cancel(request)).toEqual({ kind: "cancelled" });
    expect(await connection.query(request)).toEqual({ kind: "closed" });
    expect(() => request.scene === "barcode" && simulator.payer.confirm(request.authCode)).toThrow();
  });

  test("pays at the last moment: the cancel gives the money back, even when its answer is lost", async () => {
    const { connection, simulator } = counter();
    const request = counterRequest(counter(), "barcode");
    await connection.create(request);
    const match = (outTradeNo: string) => outTradeNo === request.attemptNo;
    const fault = { kind: "drop", when: "after" } as const;
    simulator.faults.script({ channel: "alipay", operation: "cancel", match, fault });
    expect(await connection.cancel(request)).toMatchObject({ kind: "unknown" });
    expect(await connection.query(request)).toEqual({ kind: "closed" });
    expect(await connection.cancel(request)).toEqual({ kind: "cancelled" });
  });

  test("was never charged: the cancel finds nothing", async () => {
    const { connection } = counter();
    expect(await connection.cancel({ attemptNo: "T20261121NEVERSENT" })).toEqual({ kind: "cancelled" });
  });

  test("cannot get the money back yet: cancel again", async () => {
    const { connection, simulator } = counter();
    const request = counterRequest(counter(), "barcode");
    await connection.create(request);
    const match = (outTradeNo: string) => outTradeNo === request.attemptNo;
    simulator.faults.refund({ channel: "alipay", match, outcome: { kind: "abnormal" } });
    expect(await connection.cancel(request)).toEqual({ kind: "again" });
    expect(await connection.cancel(request)).toEqual({ kind: "cancelled" });
  });

  test("has no money", async () => {
    const request = counterRequest(counter(), "barcode", { balance: "not_enough" });
    expect(await counter().connection.create(request)).toMatchObject({
      kind: "declined",
      because: "refused",
      code: "ACQ.BUYER_BALANCE_NOT_ENOUGH",
    });
  });
});

describe("a refund", () => {
  async function paid(): Promise<Account & { attemptNo: string; refund(): ReturnType<ChannelConnection["refund"]> }> {
    const account = accountOf("public key");
    const request = counterRequest(account, "barcode");
    await paidAtOnce(account, request);
    const { attemptNo } = request;
    const asked = {
      attemptNo,
      channelTradeNo: "",
      refundNo: `R${attemptNo}`,
      amount: 88,
      total: 1288,
      reason: "",
      notifyUrl: "",
    };
    return { ...account, attemptNo, refund: () => account.connection.refund(asked) };
  }

  test("takes its time", async () => {
    const { connection, simulator, attemptNo, refund } = await paid();
    simulator.faults.refund({ channel: "alipay", outcome: { kind: "succeeded", afterMs: 50 } });
    expect(await refund()).toEqual({ kind: "processing", channelRefundNo: null });
    const ask = () => connection.queryRefund({ attemptNo, refundNo: `R${attemptNo}` });
    await expect.poll(ask).toMatchObject({ kind: "succeeded", amount: 88 });
    expect(await refund()).toMatchObject({ kind: "succeeded", amount: 88 });
  });

  test("waits for the merchant's funds under the same number", async () => {
    const { simulator, refund } = await paid();
    simulator.faults.refund({ channel: "alipay", outcome: { kind: "not_enough" } });
    expect(await refund()).toMatchObject({ kind: "declined", because: "not_enough" });
    expect(await refund()).toMatchObject({ kind: "succeeded", amount: 88 });
  });

  test.each(["timeout_after_commit", "timeout_before_commit"] as const)(
    "%s: asked about, and repeated",
    async (kind) => {
      const { connection, simulator, attemptNo, refund } = await paid();
      const match = (outTradeNo: string) => outTradeNo === attemptNo;
      simulator.faults.script({ channel: "alipay", operation: "refund", match, fault: { kind, holdMs: 100 } });
      expect(await refund()).toMatchObject({ kind: "unknown" });
      const found = await connection.queryRefund({ attemptNo, refundNo: `R${attemptNo}` });
      expect(found.kind).toBe(kind === "timeout_after_commit" ? "succeeded" : "absent");
      expect(await refund()).toMatchObject({ kind: "succeeded", amount: 88 });
      expect(simulator.ledger().find(({ outTradeNo }) => outTradeNo === attemptNo)?.refunds).toHaveLength(1);
    },
  );
});
