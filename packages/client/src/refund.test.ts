import { PayhubError as DomainError } from "@payhub/domain";
import { afterEach, beforeEach, describe, expect, expectTypeOf, it } from "vitest";
import { type FakePayhub, startFakePayhub } from "../test/fake-payhub.ts";
import { makeRefund, newNumber } from "../test/make.ts";
import { createPayhubClient } from "./client.ts";
import type { CreatedRefund, CreatePaymentInput, CreateRefundInput, PayerAction, Refund } from "./types.ts";

let payhub: FakePayhub;
beforeEach(async () => {
  payhub = await startFakePayhub();
});
afterEach(() => payhub.close());

const clientOf = () => createPayhubClient({ url: payhub.url, appId: payhub.appId, secret: payhub.secret });

/** A port that refuses `times` times and then answers with a refund; it notes what it was asked. */
const answering = (times: number, error: () => Error = () => new Error("never")) => {
  const refund = makeRefund();
  const asked: unknown[] = [];
  payhub.refunds.create = async (_caller, input) => {
    asked.push(input);
    if (asked.length <= times) throw error();
    return { refund, replayed: false };
  };
  return { refund, asked };
};

const order = { refundOrderNo: "return-1", paymentNo: newNumber("payment"), amount: 300 };

describe("refunds.create", () => {
  it("is keyed, and answered with the refund as it is", async () => {
    const { refund, asked } = answering(0);
    const created = await clientOf().refunds.create.mutate(order);
    expectTypeOf(created).toEqualTypeOf<CreatedRefund>();
    expect(created).toMatchObject({ refundNo: refund.refundNo, status: "created", amount: 300, replayed: false });
    expect(asked).toEqual([{ ...order, reason: "退款", idempotencyKey: expect.stringMatching(/^[0-9a-f-]{36}$/) }]);
  });

  it("keeps the caller's key", async () => {
    const { asked } = answering(0);
    await clientOf().refunds.create.mutate({ ...order, idempotencyKey: "return-1:create" });
    expect(asked).toMatchObject([{ idempotencyKey: "return-1:create" }]);
  });

  it("is repeated with the same key while the channel cannot be reached", async () => {
    const { asked } = answering(2, () => new DomainError("CHANNEL_UNAVAILABLE", "later"));
    await clientOf().refunds.create.mutate(order);
    expect(asked).toHaveLength(3);
    expect(new Set(asked.map((input) => JSON.stringify(input))).size).toBe(1);
  });

  it.each(["REFUND_EXCEEDS_PAID", "REFUND_WINDOW_PASSED", "CHANNEL_REJECTED", "ORDER_CONFLICT"] as const)(
    "%s is told once, with what it is about",
    async (code) => {
      const details = { left: 100 };
      const { asked } = answering(9, () => new DomainError(code, "why and what to do", { details }));
      const refused = clientOf().refunds.create.mutate(order);
      await expect(refused).rejects.toMatchObject({ name: "PayhubError", code, retryable: false, details });
      expect(asked).toHaveLength(1);
    },
  );
});

it("refunds.get finds one by either number", async () => {
  const refund = makeRefund({ status: "succeeded", succeededAt: Date.now() });
  const asked: unknown[] = [];
  payhub.refunds.get = async (_caller, ref) => {
    asked.push(ref);
    return refund;
  };
  const { get } = clientOf().refunds;
  const refs = [{ refundNo: refund.refundNo }, { refundOrderNo: "return|1*@.:" }];
  for (const ref of refs)
    expect(await get.query(ref)).toMatchObject({ refundNo: refund.refundNo, status: "succeeded" });
  expect(asked).toEqual(refs);
});

it("refunds.list gives a page and where to go on", async () => {
  payhub.refunds.list = async (_caller, { cursor }) => ({ items: [makeRefund()], nextCursor: cursor ? null : "7" });
  const { list } = clientOf().refunds;
  const first = await list.query({ status: "created" });
  expectTypeOf(first.items).toEqualTypeOf<Refund[]>();
  expect(first).toMatchObject({ items: [{ refundOrderNo: "return-1" }], nextCursor: "7" });
  expect(await list.query({ cursor: first.nextCursor ?? "" })).toMatchObject({ nextCursor: null });
});

it("the types keep both unions, without asking for a key", () => {
  expectTypeOf<Extract<CreatePaymentInput, { scene: "jsapi" }>["openid"]>().toEqualTypeOf<string>();
  expectTypeOf<Extract<CreatePaymentInput, { scene: "qr" }>>().not.toHaveProperty("openid");
  expectTypeOf<Extract<PayerAction, { type: "redirect" }>>().toEqualTypeOf<{ type: "redirect"; url: string }>();
  expectTypeOf<CreateRefundInput["idempotencyKey"]>().toEqualTypeOf<string | undefined>();
});
