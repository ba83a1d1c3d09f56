import type { Attempt, Payment } from "@payhub/domain";
import { attemptOf, NOW, paymentOf } from "@payhub/domain/test/books";

/** A payment's row, `created` and payable, with what a test wants otherwise. */
export function paymentRow(own: Partial<Payment> = {}): Payment {
  const at = own.createdAt ?? NOW;
  return paymentOf({
    appId: "APP1",
    merchantNo: "M1",
    initiatedAt: at,
    expiresAt: at + 900_000,
    createdAt: at,
    updatedAt: at,
    ...own,
  });
}

/** An attempt's row, waiting for the payer, with what a test wants otherwise. */
export function attemptRow(own: Partial<Attempt> = {}): Attempt {
  const at = own.createdAt ?? NOW;
  return attemptOf({
    appId: "APP1",
    accountNo: "A1",
    idempotencyKey: "key-1",
    expiresAt: at + 900_000,
    createdAt: at,
    updatedAt: at,
    ...own,
  });
}
