import type { InferKyselyDB } from "@mikro-orm/sql";
import type { Database } from "../database.ts";
import { attemptSchema } from "./attempt.ts";
import { jobLeaseSchema, sequencerSchema } from "./coordination.ts";
import { differenceActionSchema, differenceSchema } from "./difference.ts";
import { deliverySchema, eventSchema } from "./event.ts";
import { heldReceiptSchema } from "./held-receipt.ts";
import { inboxSchema } from "./inbox.ts";
import {
  accountCredentialSchema,
  appGrantSchema,
  appSchema,
  appSecretSchema,
  channelAccountSchema,
  merchantSchema,
} from "./merchant.ts";
import { paymentSchema } from "./payment.ts";
import { billFileSchema, dayTotalSchema, fundFlowTotalSchema, reconciliationRunSchema } from "./reconciliation.ts";
import { refundSchema } from "./refund.ts";

const tables = [
  merchantSchema,
  channelAccountSchema,
  accountCredentialSchema,
  appSchema,
  appSecretSchema,
  appGrantSchema,
  paymentSchema,
  attemptSchema,
  refundSchema,
  heldReceiptSchema,
  inboxSchema,
  eventSchema,
  deliverySchema,
  sequencerSchema,
  jobLeaseSchema,
  billFileSchema,
  reconciliationRunSchema,
  dayTotalSchema,
  fundFlowTotalSchema,
  differenceSchema,
  differenceActionSchema,
];

type Inferred = InferKyselyDB<
  (typeof tables)[number],
  { tableNamingStrategy: "table"; columnNamingStrategy: "property" }
>;
type Flat<Row> = { [Column in keyof Row]: Row[Column] };
type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;
type Drift = {
  [Table in keyof Database | keyof Inferred]: Table extends keyof Database & keyof Inferred
    ? Same<Flat<Database[Table]>, Flat<Inferred[Table]>> extends true
      ? never
      : Table
    : Table;
}[keyof Database | keyof Inferred];

/** Every table of both backends. A column that `Database` does not have the same way makes this line name its table. */
export const schemas: [Drift] extends [never] ? typeof tables : Drift = tables;
