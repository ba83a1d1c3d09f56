import type { SelectQueryBuilder } from "kysely";
import type { Dialect } from "./orm.ts";

/** Locks the selected rows until the transaction ends; on SQLite the whole transaction is alone already. */
export function lock<DB, TB extends keyof DB, O>(
  query: SelectQueryBuilder<DB, TB, O>,
  dialect: Dialect,
): SelectQueryBuilder<DB, TB, O> {
  return dialect === "mysql" ? query.forUpdate() : query;
}

/** Locks the selected rows, leaving out those that another transaction holds. */
export function lockSkippingLocked<DB, TB extends keyof DB, O>(
  query: SelectQueryBuilder<DB, TB, O>,
  dialect: Dialect,
): SelectQueryBuilder<DB, TB, O> {
  return dialect === "mysql" ? query.forUpdate().skipLocked() : query;
}
