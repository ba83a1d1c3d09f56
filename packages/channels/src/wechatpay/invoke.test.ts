import { verify } from "node:crypto";
import type { SceneInput } from "@payhub/domain";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { Formatter, Rsa } from "wechatpay-axios-plugin";
import {
  ACCOUNT,
  connectTo,
  DOCUMENTED_KEY,
  orderOf,
  type Peer,
  pem,
  rsaKeys,
  startPeer,
} from "../../test/wechatpay-peer.ts";
import { appText, jsapiText } from "./invoke.ts";

const PREPAY_ID = "wx201410272009395522657a690389285100";

describe("the documented signature", () => {
  const invocation = {
    appId: "wx2421b1c4370ec43b",
    timeStamp: "1554208460",
    nonceStr: "593BEC0C930BF1AFEB40B4A08C8FB242",
    prepayId: PREPAY_ID,
  };
  const covers = (text: string, signature: string) =>
    verify("RSA-SHA256", Buffer.from(text), DOCUMENTED_KEY, Buffer.from(signature, "base64"));

  test("of a page's or mini-program's payment covers our text", () => {
    const signature =
      "mI35pfNEQV6777ke/1T+LJLQDNTm7yeoUJH+j/adPGhmCCi0PbgkvYQTRcXH0uibcLVtvFLdGLpmoYO9FV6lBBsTAjuhh5YOvQi0e2g3e0yytitiNET9FEuqM0pjnKfRW4K6LIZDdbWJv9KhZUx3DrJa5TL7OJ7VdADVivxVySIlPVKjGwuCXzuXSJes0UcILgWQUMyha5/3nYofuHtS7r+KYyMuxD+oJ9VM1Qdxk4UIG59CP5Y3wtYIFybyF3bdu1caHTRRX+DLyMXyYA/IrTmiW01c4RPjpHBX5Dk1sZyY1zVsWNsvMHr2e1NTWtBxKJ+qk5N61J7caYoepHFaxw==";
    expect(jsapiText(invocation)).toBe(
      `wx2421b1c4370ec43b\n1554208460\n593BEC0C930BF1AFEB40B4A08C8FB242\nprepay_id=${PREPAY_ID}\n`,
    );
    expect(covers(jsapiText(invocation), signature)).toBe(true);
    expect(covers(appText(invocation), signature)).toBe(false);
  });

  test("of an app's payment covers our text", () => {
    const signature =
      "gXx9KhTP6IooKV1SuG3OCGlBIgZbKtubCZvnau6khw1iffvNT28IzLbKmztq2xA/RCNbZa1XOsoiuVmAEeTZQicWfhv4P+O4oBRIrx0X9f3cnWFkMBU9alTWs0nyQ1N9fcILOTe0f4kxOhVh+/Xhn5hOiUK7Sz3XA1mcpa3R2NCWf/e+0ow/RDf15iTymOHgDrEkT/gedg/3E0iXfDX3mFicSZhrHESZDOTXcl9RzELREBUFznd/o2NQM99WcL86m23HY0cTy+QGWU4QDmNrbQ9ihmLW71qPb0Cx/d7EQvw/Kyx0A6s64ZQp3hHdcmiRcLnjVXrKCk7LShaCK+lS3Q==";
    expect(appText(invocation)).toBe(
      `wx2421b1c4370ec43b\n1554208460\n593BEC0C930BF1AFEB40B4A08C8FB242\n${PREPAY_ID}\n`,
    );
    expect(covers(appText(invocation), signature)).toBe(true);
    expect(covers(jsapiText(invocation), signature)).toBe(false);
  });
});

describe("parameters", () => {
  const now = Date.now();
  const nonceStr = "593bec0c930bf1afeb40b4a08c8fb242";
  const timeStamp = String(Math.floor(now / 1000));
  const openid = "oUpF8uMuAJO_M2pxb1Q9zNjWeS6o";
  let peer: Peer;
  let merchantPrivateKey: string;
  let publicKey: string;

  beforeAll(async () => {
    peer = await startPeer();
    const keys = await rsaKeys();
    merchantPrivateKey = pem(keys.privateKey);
    publicKey = pem(keys.publicKey);
    peer.answer(200, { prepay_id: PREPAY_ID });
  });
  afterAll(() => peer.stop());

  async function parametersOf(input: SceneInput, changes: Record<string, string> = {}) {
    const random = { bytes: () => Buffer.from(nonceStr, "hex"), fraction: () => 0.5 };
    const credentials = { ...peer.credentials, merchantPrivateKey, ...changes };
    const outcome = await connectTo([credentials], { now: () => now }, random).create(orderOf(input));
    if (outcome.kind !== "accepted" || !("parameters" in outcome.action)) throw new Error(JSON.stringify(outcome));
    return outcome.action;
  }

  /** What an independent SDK joins and verifies. */
  const isSigned = (signature: string, appId: string, last: string) =>
    Rsa.verify(Formatter.joinedByLineFeed(appId, timeStamp, nonceStr, last), signature, publicKey);

  test("of a page", async () => {
    const { type, parameters } = await parametersOf({ scene: "jsapi", openid });
    const { paySign = "", ...others } = parameters;
    expect(type).toBe("invoke_jsapi");
    expect(others).toEqual({
      appId: ACCOUNT.appid,
      timeStamp,
      nonceStr,
      package: `prepay_id=${PREPAY_ID}`,
      signType: "RSA",
    });
    expect(isSigned(paySign, ACCOUNT.appid, others.package ?? "")).toBe(true);
  });

  test("of a mini-program are signed for its own appid, which they do not hold", async () => {
    const changes = { miniprogramAppid: "wx00000000000mini1" };
    const { type, parameters } = await parametersOf({ scene: "miniprogram", openid }, changes);
    const { paySign = "", ...others } = parameters;
    expect(type).toBe("invoke_jsapi");
    expect(others).toEqual({ timeStamp, nonceStr, package: `prepay_id=${PREPAY_ID}`, signType: "RSA" });
    expect(isSigned(paySign, "wx00000000000mini1", others.package ?? "")).toBe(true);
  });

  test("of an app", async () => {
    const { type, parameters } = await parametersOf({ scene: "app" }, { appAppid: "wx000000000000app1" });
    const { sign = "", ...others } = parameters;
    expect(type).toBe("invoke_app");
    expect(others).toEqual({
      appId: "wx000000000000app1",
      partnerId: ACCOUNT.mchid,
      prepayId: PREPAY_ID,
      packageValue: "Sign=WXPay",
      nonceStr,
      timeStamp,
    });
    expect(isSigned(sign, "wx000000000000app1", PREPAY_ID)).toBe(true);
  });

  test("for a sub-merchant are signed for the app in which the payment is invoked", async () => {
    const sub = { subMchid: "1900000201", subAppid: "wx00000000000sub01" };
    const page = (await parametersOf({ scene: "jsapi", openid }, sub)).parameters;
    expect(page.appId).toBe(sub.subAppid);
    expect(isSigned(page.paySign ?? "", sub.subAppid, `prepay_id=${PREPAY_ID}`)).toBe(true);
    const app = (await parametersOf({ scene: "app" }, { subMchid: sub.subMchid })).parameters;
    expect(app).toMatchObject({ appId: ACCOUNT.appid, partnerId: ACCOUNT.mchid });
  });
});
