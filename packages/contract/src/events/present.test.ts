import { EVENT_TYPES } from "@payhub/domain";
import { expect, it } from "vitest";
import { eventOf } from "../../test/books.ts";
import { presentEvent } from "./present.ts";
import { eventViewSchema } from "./schemas.ts";

it("writes an event with its place in the log and in its payment, and without its app", () => {
  const event = eventOf();
  const view = presentEvent(event);
  expect(eventViewSchema.strict().parse(view)).toEqual(view);
  expect(view).toEqual({
    eventId: event.eventId,
    type: "payment.succeeded",
    position: 42,
    paymentNo: event.paymentNo,
    sequence: 1,
    occurredAt: "2026-11-21T08:01:00.000+08:00",
    data: event.data,
  });
});

it("writes an event of a refund with what it is about", () => {
  const refund = {
    refundNo: "R20261121080000000000000000001",
    refundOrderNo: "return-1",
    purpose: "business",
    channelRefundNo: "5030000000000000000000000001",
    attemptNo: "T20261121080000000000000000001",
    status: "succeeded",
    amount: 300,
    chargedAmount: 1,
  } as const;
  const event = eventOf({ type: "refund.succeeded", data: { ...eventOf().data, refundedAmount: 300, refund } });
  const view = presentEvent(event);
  expect(eventViewSchema.strict().parse(view)).toEqual(view);
  expect(view).toMatchObject({ type: "refund.succeeded", data: { refundedAmount: 300, refund } });
});

it.each(EVENT_TYPES)("%s passes its schema", (type) => {
  expect(eventViewSchema.parse(presentEvent(eventOf({ type }))).type).toBe(type);
});
