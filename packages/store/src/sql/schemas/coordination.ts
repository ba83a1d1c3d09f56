import { defineEntity, p } from "@mikro-orm/core";
import { moment } from "./columns.ts";

export const sequencerSchema = defineEntity({
  name: "sequencer",
  tableName: "sequencer",
  properties: {
    name: p.string().length(64).primary(),
    value: p.bigint("number"),
    createdAt: moment(),
    updatedAt: moment(),
  },
});

export const jobLeaseSchema = defineEntity({
  name: "job_lease",
  tableName: "job_lease",
  properties: {
    job: p.string().length(64).primary(),
    holder: p.string().length(64),
    leasedUntil: moment(),
    createdAt: moment(),
    updatedAt: moment(),
  },
});
