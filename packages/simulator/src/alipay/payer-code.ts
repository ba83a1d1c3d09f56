import { randomBytes } from "node:crypto";
import type { Book } from "../core/book.ts";
import type { PayerCodeOptions } from "../core/payer.ts";
import { randomDigits } from "./merchant.ts";

const lifeMs = 60_000;
const barCode = /^(?:2[5-9]|30)\d{14,22}$/;
const faceToken = /^fp\w{33}$/;

/** A code that a buyer showed; it pays once. Times in epoch ms, amount in fen. */
export type PayerCode = {
  code: string;
  issuedAt: number;
  expiresAt: number;
  password: boolean;
  balance: "ok" | "not_enough";
  state: "shown" | "password" | "used" | "refused";
  /** The order that it was used for, and what the buyer saw of it. */
  orderKey?: string;
  seen?: { merchantName: string; subject: string; amount: number };
};

/** The bar codes and face tokens of all buyers. */
export type PayerCodes = {
  issue(options: PayerCodeOptions): PayerCode;
  get(code: string): PayerCode | undefined;
  save(code: PayerCode): void;
};

/** Opens the codes; one lives for a minute. */
export function openPayerCodes(book: Book, now: () => number): PayerCodes {
  const codes = book.collection<PayerCode>("alipay.payer-code");
  return {
    issue({ password = false, balance = "ok", face = false }) {
      const issuedAt = now();
      const code = face ? `fp${randomBytes(17).toString("hex").slice(1)}` : `28${randomDigits(16)}`;
      const issued: PayerCode = { code, issuedAt, expiresAt: issuedAt + lifeMs, password, balance, state: "shown" };
      codes.put(code, issued);
      return issued;
    },
    get: (code) => codes.get(code),
    save: (code) => codes.put(code.code, code),
  };
}

/** Whether the text is a bar code of a wallet: 16 to 24 digits that begin with 25 to 30. */
export function isBarCode(text: string): boolean {
  return barCode.test(text);
}

/** Whether the text is a token that a face pay device got. */
export function isFaceToken(text: string): boolean {
  return faceToken.test(text);
}
