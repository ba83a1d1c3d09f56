import { defineEntity, p } from "@mikro-orm/core";
import type { App, ChannelAccount } from "@payhub/domain";
import type { SealedVersion } from "../database.ts";
import { identifier, moment, rowId, word } from "./columns.ts";

export const merchantSchema = defineEntity({
  name: "merchant",
  tableName: "merchant",
  properties: {
    id: rowId(),
    merchantNo: identifier(),
    name: p.string().length(127),
    createdAt: moment(),
    updatedAt: moment(),
  },
  uniques: [{ name: "merchant_merchant_no", properties: ["merchantNo"] }],
});

export const channelAccountSchema = defineEntity({
  name: "channel_account",
  tableName: "channel_account",
  properties: {
    id: rowId(),
    accountNo: identifier(),
    merchantNo: identifier(),
    channel: word<string>(),
    name: p.string().length(127),
    status: word<ChannelAccount["status"]>(),
    feeRate: p.integer().nullable(),
    createdAt: moment(),
    updatedAt: moment(),
  },
  uniques: [{ name: "channel_account_account_no", properties: ["accountNo"] }],
  indexes: [{ name: "channel_account_merchant", properties: ["merchantNo"] }],
});

export const accountCredentialSchema = defineEntity({
  name: "account_credential",
  tableName: "account_credential",
  properties: {
    id: rowId(),
    accountNo: identifier(),
    version: p.integer(),
    sealed: p.text(),
    status: word<SealedVersion["status"]>(),
    createdAt: moment(),
    updatedAt: moment(),
  },
  uniques: [{ name: "account_credential_version", properties: ["accountNo", "version"] }],
});

export const appSchema = defineEntity({
  name: "app",
  tableName: "app",
  properties: {
    id: rowId(),
    appId: identifier(),
    name: p.string().length(127),
    status: word<App["status"]>(),
    role: word<App["role"]>().default("business"),
    initiationGapMs: p.integer(),
    callsPerSecond: p.integer(),
    createdAt: moment(),
    updatedAt: moment(),
  },
  uniques: [{ name: "app_app_id", properties: ["appId"] }],
});

export const appSecretSchema = defineEntity({
  name: "app_secret",
  tableName: "app_secret",
  properties: {
    id: rowId(),
    appId: identifier(),
    version: p.integer(),
    sealed: p.text(),
    status: word<SealedVersion["status"]>(),
    createdAt: moment(),
    updatedAt: moment(),
  },
  uniques: [{ name: "app_secret_version", properties: ["appId", "version"] }],
});

export const appGrantSchema = defineEntity({
  name: "app_grant",
  tableName: "app_grant",
  properties: {
    id: rowId(),
    appId: identifier(),
    accountNo: identifier(),
    createdAt: moment(),
    updatedAt: moment(),
  },
  uniques: [{ name: "app_grant_app_account", properties: ["appId", "accountNo"] }],
});
