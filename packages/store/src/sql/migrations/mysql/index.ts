import { Migration20261121165633_initial } from "./20261121165633-initial.ts";

/** Oldest first; written by scripts/new-migration.ts. */
export const mysqlMigrations = [Migration20261121165633_initial];
