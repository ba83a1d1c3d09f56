import { Migration20261121165633_initial } from "./20261121165633-initial.ts";
import { Migration20261121185142_reconciliation } from "./20261121185142-reconciliation.ts";
import { Migration20261121190550_differences_by_day } from "./20261121190550-differences-by-day.ts";
import { Migration20261121202309_lists_of_reconciliation } from "./20261121202309-lists-of-reconciliation.ts";

/** Oldest first; written by scripts/new-migration.ts. */
export const sqliteMigrations = [
  Migration20261121165633_initial,
  Migration20261121185142_reconciliation,
  Migration20261121190550_differences_by_day,
  Migration20261121202309_lists_of_reconciliation,
];
