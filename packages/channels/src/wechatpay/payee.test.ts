import { samePayee } from "@payhub/domain";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { ACCOUNT, connectTo, type Peer, paidTransaction, startPeer } from "../../test/wechatpay-peer.ts";

let peer: Peer;
beforeAll(async () => {
  peer = await startPeer();
});
afterAll(() => peer.stop());

const sub = { subMchid: "1900000201", subAppid: "wxsub" };
const { mchid, appid, ...paid } = paidTransaction();
const subPaid = { ...paid, sp_mchid: mchid, sp_appid: appid, sub_mchid: sub.subMchid, sub_appid: sub.subAppid };

/** The payee that a transaction names, by query and by callback, and whether it is the account's own. */
async function payeeOf(transaction: object, ...versions: Record<string, string>[]) {
  const [newest = {}, ...older] = versions.map((changes) => ({ ...peer.credentials, ...changes }));
  const connection = connectTo([newest, ...older]);
  peer.answer(200, transaction);
  const query = await connection.query({ attemptNo: paid.out_trade_no });
  const notice = await connection.readNotification(peer.notification(transaction));
  if (query.kind !== "paid" || notice.kind !== "payment") throw new Error(JSON.stringify([query, notice]));
  expect(notice.receipt).toEqual(query.receipt);
  return { payee: query.receipt.payee, isOwn: samePayee(query.receipt.payee, connection.payee) };
}

describe("the payee of a receipt", () => {
  test("is the account", async () => {
    expect(await payeeOf({ ...paid, mchid, appid }, {})).toEqual({ payee: ACCOUNT, isOwn: true });
  });

  test("leaves an appid out that is the account's own for another scene or of another version", async () => {
    const mini = { miniprogramAppid: "wxmini", appAppid: "wxapp" };
    for (const other of ["wxmini", "wxapp"]) {
      expect(await payeeOf({ ...paid, mchid, appid: other }, mini)).toEqual({ payee: { mchid }, isOwn: true });
    }
    expect(await payeeOf({ ...paid, mchid, appid }, { appid: "wxnew" }, {})).toEqual({ payee: { mchid }, isOwn: true });
  });

  test("names what is not the account's", async () => {
    expect(await payeeOf({ ...paid, mchid, appid: "wxmini" }, {})).toMatchObject({ isOwn: false });
    expect(await payeeOf({ ...paid, mchid: "1900000110", appid }, {})).toMatchObject({ isOwn: false });
    expect(await payeeOf(subPaid, {})).toMatchObject({ isOwn: false });
  });

  test("of a service provider is its sub-merchant too", async () => {
    const payee = { ...ACCOUNT, subMchid: sub.subMchid, subAppid: sub.subAppid };
    expect(await payeeOf(subPaid, sub)).toEqual({ payee, isOwn: true });
    expect(await payeeOf({ ...subPaid, sub_appid: undefined }, sub)).toMatchObject({ isOwn: true });
    expect(await payeeOf(subPaid, { subMchid: sub.subMchid })).toMatchObject({ isOwn: true });
    const mini = { ...sub, miniprogramAppid: "wxmini" };
    expect(await payeeOf({ ...subPaid, sub_appid: "wxmini" }, mini)).toMatchObject({ isOwn: true });
  });

  test.each([
    { what: "another sub-merchant", transaction: { ...subPaid, sub_mchid: "1900000202" } },
    { what: "another provider", transaction: { ...subPaid, sp_mchid: "1900000110" } },
    { what: "another provider's app", transaction: { ...subPaid, sp_appid: "wxother" } },
    { what: "another sub-merchant's app", transaction: { ...subPaid, sub_appid: "wxother" } },
    { what: "the provider itself", transaction: { ...paid, mchid, appid } },
  ])("of a service provider is not $what", async ({ transaction }) => {
    expect(await payeeOf(transaction, sub)).toMatchObject({ isOwn: false });
  });
});

test("a transaction that names no merchant, half of one or two is none", async () => {
  const connection = connectTo([{ ...peer.credentials, ...sub }]);
  const { sub_mchid, ...half } = subPaid;
  for (const transaction of [paid, half, { ...subPaid, mchid }]) {
    peer.answer(200, transaction);
    expect(await connection.query({ attemptNo: paid.out_trade_no })).toMatchObject({ kind: "unknown" });
  }
});

test("another sub-merchant's refusal says nothing about ours", async () => {
  const connection = connectTo([{ ...peer.credentials, ...sub }]);
  for (const [changes, kind] of [
    [{}, "closed"],
    [{ sub_mchid: "1900000202" }, "unknown"],
  ] as const) {
    peer.answer(200, { ...subPaid, trade_state: "CLOSED", ...changes });
    expect(await connection.query({ attemptNo: paid.out_trade_no })).toMatchObject({ kind });
  }
});
