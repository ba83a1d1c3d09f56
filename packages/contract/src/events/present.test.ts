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
