import { defineEntity, p } from "@mikro-orm/core";
import type { AttemptState, PayerAction, Scene, SceneInput } from "@payhub/domain";
import { fen, identifier, moment, rowId, word } from "./columns.ts";

export const attemptSchema = defineEntity({
  name: "attempt",
  tableName: "attempt",
  properties: {
    id: rowId(),
    attemptNo: identifier(),
    paymentNo: identifier(),
    appId: identifier(),
    ordinal: p.integer(),
    accountNo: identifier(),
    channel: word<string>(),
    scene: word<Scene>(),
    sceneInput: p.json<SceneInput>().nullable(),
    chargedAmount: fen(),
    state: word<AttemptState>(),
    unknown: p.boolean(),
    action: p.json<PayerAction>().nullable(),
    channelTradeNo: p.string().length(64).nullable(),
    notifyUrl: p.string().length(255),
    idempotencyKey: p.string().length(64),
    requestDigest: p.json<Readonly<Record<string, string>>>(),
    calledUntil: moment(),
    queryCount: p.integer(),
    nextQueryAt: moment().nullable(),
    failureCode: p.string().length(64).nullable(),
    failureMessage: p.string().length(255).nullable(),
    expiresAt: moment(),
    paidAt: moment().nullable(),
    createdAt: moment(),
    updatedAt: moment(),
  },
  uniques: [
    { name: "attempt_attempt_no", properties: ["attemptNo"] },
    { name: "attempt_payment_ordinal", properties: ["paymentNo", "ordinal"] },
    { name: "attempt_app_idempotency_key", properties: ["appId", "idempotencyKey"] },
    { name: "attempt_channel_trade_no", properties: ["channel", "channelTradeNo"] },
  ],
  indexes: [
    { name: "attempt_next_query", properties: ["nextQueryAt"] },
    { name: "attempt_account_paid", properties: ["accountNo", "paidAt"] },
    { name: "attempt_account_created", properties: ["accountNo", "createdAt"] },
  ],
});
