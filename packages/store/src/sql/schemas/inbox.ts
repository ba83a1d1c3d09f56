import { defineEntity, p } from "@mikro-orm/core";
import type { Receipt } from "@payhub/domain";
import type { InboxNotification } from "../database.ts";
import { identifier, moment, rowId, word } from "./columns.ts";

export const inboxSchema = defineEntity({
  name: "inbox",
  tableName: "inbox",
  properties: {
    id: rowId(),
    channel: word<string>(),
    notificationId: p.string().length(128),
    accountNo: identifier(),
    receipt: p.json<Receipt>().nullable(),
    refund: p.json<NonNullable<InboxNotification["refund"]>>().nullable(),
    rawBody: p.text().columnType("mediumtext"),
    state: word<InboxNotification["state"]>(),
    claimedUntil: moment(),
    receivedAt: moment(),
    appliedAt: moment().nullable(),
    createdAt: moment(),
    updatedAt: moment(),
  },
  uniques: [{ name: "inbox_notification", properties: ["channel", "notificationId"] }],
  indexes: [{ name: "inbox_state", properties: ["state", "id"] }],
});
