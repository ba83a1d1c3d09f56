import { Migration20261121160542_initial } from "./20261121160542-initial.ts";

/** Oldest first; written by scripts/new-migration.ts. */
export const sqliteMigrations = [Migration20261121160542_initial];
