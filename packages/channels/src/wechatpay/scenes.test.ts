import type { SceneInput } from "@payhub/domain";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { ACCOUNT, connectTo, orderOf, type Peer, startPeer } from "../../test/wechatpay-peer.ts";

const openid = "oUpF8uMuAJO_M2pxb1Q9zNjWeS6o";
const PREPAY = { prepay_id: "wx201410272009395522657a690389285100" };
const H5_URL = "https://wx.tenpay.com/cgi-bin/mmpayweb-bin/checkmweb?prepay_id=wx1&package=2";
const ORDER = {
  mchid: ACCOUNT.mchid,
  description: "咖啡",
  out_trade_no: "T20260115A001",
  time_expire: "2026-01-15T10:15:00+08:00",
  notify_url: "https://pay.example.com/callbacks/wechatpay/A1",
  amount: { total: 1250, currency: "CNY" },
};
const { mchid: _mchid, ...COMMON } = ORDER;

let peer: Peer;
beforeAll(async () => {
  peer = await startPeer();
});
afterAll(() => peer.stop());
beforeEach(() => void peer.requests.splice(0));

async function place(input: SceneInput, answer: unknown, changes: Record<string, string> = {}) {
  peer.answer(200, answer);
  const outcome = await connectTo([{ ...peer.credentials, ...changes }]).create(orderOf(input));
  const [request] = peer.requests.splice(0);
  return { outcome, path: request?.path, body: JSON.parse(request?.body ?? "null") };
}

describe("an order of scene", () => {
  test("jsapi names the payer", async () => {
    const { path, body } = await place({ scene: "jsapi", openid }, PREPAY);
    expect(path).toBe("/v3/pay/transactions/jsapi");
    expect(body).toEqual({ ...ORDER, appid: ACCOUNT.appid, payer: { openid } });
  });

  test("miniprogram is a page's order under the mini-program's appid, or the account's", async () => {
    const own = await place({ scene: "miniprogram", openid }, PREPAY, { miniprogramAppid: "wxmini" });
    expect(own.path).toBe("/v3/pay/transactions/jsapi");
    expect(own.body).toEqual({ ...ORDER, appid: "wxmini", payer: { openid } });
    const account = await place({ scene: "miniprogram", openid }, PREPAY);
    expect(account.body.appid).toBe(ACCOUNT.appid);
  });

  test("app names no payer", async () => {
    const { path, body } = await place({ scene: "app" }, PREPAY, { appAppid: "wxapp" });
    expect(path).toBe("/v3/pay/transactions/app");
    expect(body).toEqual({ ...ORDER, appid: "wxapp" });
  });

  test("h5 names the payer's address, and only the way back is added to its link", async () => {
    const input = { scene: "h5", clientIp: "2001:db8::7" } as const;
    const { path, body, outcome } = await place(input, { h5_url: H5_URL });
    expect(path).toBe("/v3/pay/transactions/h5");
    const sceneInfo = { payer_client_ip: "2001:db8::7", h5_info: { type: "Wap" } };
    expect(body).toEqual({ ...ORDER, appid: ACCOUNT.appid, scene_info: sceneInfo });
    expect(outcome).toEqual({ kind: "accepted", action: { type: "redirect", url: H5_URL } });
    const returnUrl = "https://shop.example.com/back?a=1&b=步";
    const back = await place({ ...input, returnUrl }, { h5_url: H5_URL });
    const url = `${H5_URL}&redirect_url=https%3A%2F%2Fshop.example.com%2Fback%3Fa%3D1%26b%3D%E6%AD%A5`;
    expect(back.outcome).toEqual({ kind: "accepted", action: { type: "redirect", url } });
  });

  test.each<[SceneInput, unknown]>([
    [{ scene: "jsapi", openid }, {}],
    [{ scene: "jsapi", openid }, { prepay_id: "" }],
    [{ scene: "app" }, { code_url: "weixin://1" }],
    [{ scene: "h5", clientIp: "203.0.113.7" }, { h5_url: "javascript:alert(1)" }],
    [{ scene: "h5", clientIp: "203.0.113.7" }, { h5_url: 1 }],
  ])("%j is not known after a signed %j", async (input, answer) => {
    expect((await place(input, answer)).outcome).toMatchObject({ kind: "unknown" });
  });

  test("pc is a fault of the caller", async () => {
    const input = { scene: "pc", returnUrl: "https://a.example", pageMethod: "get" } as const;
    await expect(place(input, {})).rejects.toThrow("pc");
  });
});

describe("a service provider's order", () => {
  const provider = { sp_mchid: ACCOUNT.mchid, sub_mchid: "1900000201" };
  const subMchid = provider.sub_mchid;

  test("names provider and sub-merchant", async () => {
    const { path, body } = await place({ scene: "qr" }, { code_url: "weixin://1" }, { subMchid });
    expect(path).toBe("/v3/pay/partner/transactions/native");
    expect(body).toEqual({ ...COMMON, ...provider, sp_appid: ACCOUNT.appid });
  });

  test("names the payer under the provider's app, or under the sub-merchant's", async () => {
    const input = { scene: "jsapi", openid } as const;
    const under = await place(input, PREPAY, { subMchid });
    expect(under.body).toEqual({ ...COMMON, ...provider, sp_appid: ACCOUNT.appid, payer: { sp_openid: openid } });
    const sub = await place(input, PREPAY, { subMchid, subAppid: "wxsub" });
    expect(sub.body).toEqual({
      ...COMMON,
      ...provider,
      sp_appid: ACCOUNT.appid,
      sub_appid: "wxsub",
      payer: { sub_openid: openid },
    });
  });

  test("of a mini-program is under the sub-merchant's mini-program", async () => {
    const changes = { subMchid, subAppid: "wxsub", miniprogramAppid: "wxmini" };
    const { body } = await place({ scene: "miniprogram", openid }, PREPAY, changes);
    expect(body).toMatchObject({ sp_appid: ACCOUNT.appid, sub_appid: "wxmini", payer: { sub_openid: openid } });
  });

  test("is asked about, closed and reversed for the sub-merchant", async () => {
    const connection = connectTo([{ ...peer.credentials, subMchid, subAppid: "wxsub" }]);
    const order = "/v3/pay/partner/transactions/out-trade-no/T1";
    peer.answer(204, "");
    await connection.query({ attemptNo: "T1" });
    await connection.close({ attemptNo: "T1" });
    await connection.cancel({ attemptNo: "T1" });
    const [query, close, reverse] = peer.requests;
    expect(query?.path).toBe(`${order}?sp_mchid=${ACCOUNT.mchid}&sub_mchid=1900000201`);
    expect(close?.path).toBe(`${order}/close`);
    expect(JSON.parse(close?.body ?? "")).toEqual(provider);
    expect(reverse?.path).toBe(`${order}/reverse`);
    expect(JSON.parse(reverse?.body ?? "")).toEqual({ ...provider, sp_appid: ACCOUNT.appid, sub_appid: "wxsub" });
  });
});
