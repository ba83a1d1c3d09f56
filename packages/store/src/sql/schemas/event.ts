import { defineEntity, p } from "@mikro-orm/core";
import type { EventType, PaymentFacts } from "@payhub/domain";
import type { Delivery } from "../database.ts";
import { identifier, moment, rowId, word } from "./columns.ts";

export const eventSchema = defineEntity({
  name: "event",
  tableName: "event",
  properties: {
    id: rowId(),
    position: p.bigint("number").nullable(),
    eventId: identifier(),
    type: word<EventType>(),
    appId: identifier(),
    paymentNo: identifier(),
    sequence: p.integer(),
    occurredAt: moment(),
    data: p.json<PaymentFacts>(),
    createdAt: moment(),
    updatedAt: moment(),
  },
  uniques: [
    { name: "event_event_id", properties: ["eventId"] },
    { name: "event_payment_sequence", properties: ["paymentNo", "sequence"] },
    { name: "event_position", properties: ["position"] },
  ],
  indexes: [{ name: "event_app_position", properties: ["appId", "position"] }],
});

export const deliverySchema = defineEntity({
  name: "delivery",
  tableName: "delivery",
  properties: {
    id: rowId(),
    appId: identifier(),
    position: p.bigint("number"),
    eventId: identifier(),
    paymentNo: identifier(),
    status: word<Delivery["status"]>(),
    leaseToken: p.string().length(64).nullable(),
    leasedUntil: moment(),
    deliveryCount: p.integer(),
    acknowledgedAt: moment().nullable(),
    createdAt: moment(),
    updatedAt: moment(),
  },
  uniques: [{ name: "delivery_app_position", properties: ["appId", "position"] }],
  indexes: [
    { name: "delivery_app_status", properties: ["appId", "status", "position"] },
    { name: "delivery_app_payment", properties: ["appId", "paymentNo", "position"] },
    { name: "delivery_app_event", properties: ["appId", "eventId"] },
  ],
});
