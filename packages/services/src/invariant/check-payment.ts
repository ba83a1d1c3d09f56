import { EVENT_OF_STATUS, type Payment } from "@payhub/domain";
import type { AuditPage } from "@payhub/store";
import type { Violation } from "./check.ts";
import { checkRefunds, eventOf } from "./check-refunds.ts";

/** Checks one payment against what hangs on it. */
export function checkPayment(payment: Payment, page: AuditPage): Violation[] {
  const own = <Row extends { paymentNo: string | null }>(rows: readonly Row[]) =>
    rows.filter(({ paymentNo }) => paymentNo === payment.paymentNo);
  const attempts = own(page.attempts);
  const events = own(page.events);
  const held = new Set(own(page.heldReceipts).map(({ channel, channelTradeNo }) => `${channel} ${channelTradeNo}`));
  const violations: Violation[] = [];
  const expect = (holds: boolean, rule: string, found: string) => {
    if (!holds) violations.push({ rule, subject: payment.paymentNo, found });
  };

  const settled = attempts.find(({ attemptNo }) => attemptNo === payment.settledBy);
  expect(
    (payment.status === "succeeded") === (payment.settledBy !== null),
    "settled if and only if succeeded",
    `status ${payment.status}, settled by ${payment.settledBy}`,
  );
  if (payment.settledBy)
    expect(
      settled?.state === "succeeded",
      "the settling attempt succeeded",
      `attempt ${payment.settledBy} is ${settled?.state}`,
    );
  for (const attempt of attempts) {
    if (attempt.state !== "succeeded" || attempt === settled) continue;
    expect(
      held.has(`${attempt.channel} ${attempt.channelTradeNo}`),
      "every other receipt is held",
      `attempt ${attempt.attemptNo} succeeded and is not held`,
    );
  }

  const refunds = own(page.refunds);
  violations.push(...checkRefunds(payment, refunds, own(page.heldReceipts)));
  const wanted = [
    ...(payment.status === "created" ? [] : [EVENT_OF_STATUS[payment.status]]),
    ...refunds.flatMap((refund) => eventOf(refund, own(page.heldReceipts))),
  ].sort();
  const types = events.map(({ type }) => type).sort();
  expect(
    types.join() === wanted.join(),
    "one event for each transition",
    `${payment.status} with events [${types.join()}], not [${wanted.join()}]`,
  );
  const sequences = events.map(({ sequence }) => sequence);
  expect(
    sequences.every((sequence, index) => sequence === index + 1) && sequences.length === payment.lastSequence,
    "sequences have no gap",
    `[${sequences.join()}], last ${payment.lastSequence}`,
  );
  for (const { eventId, position, appId } of events) {
    const delivery = page.deliveries.find((row) => row.eventId === eventId && row.appId === appId);
    expect(
      position === null || delivery !== undefined,
      "every published event is on its way to its app",
      `event ${eventId}`,
    );
  }

  const charged = payment.oneCent ? 1 : payment.amount;
  expect(
    payment.chargedAmount === charged,
    "charged is the amount, or one fen",
    `${payment.chargedAmount} of ${payment.amount}`,
  );
  for (const { attemptNo, chargedAmount } of attempts) {
    expect(
      chargedAmount === payment.chargedAmount,
      "every attempt asks for the charged amount",
      `attempt ${attemptNo}: ${chargedAmount}`,
    );
  }
  return violations;
}
