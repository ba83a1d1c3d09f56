import { Migration20261121161921_initial } from "./20261121161921-initial.ts";

/** Oldest first; written by scripts/new-migration.ts. */
export const mysqlMigrations = [Migration20261121161921_initial];
