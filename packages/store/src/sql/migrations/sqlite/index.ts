import { Migration20261121165127_initial } from "./20261121165127-initial.ts";

/** Oldest first; written by scripts/new-migration.ts. */
export const sqliteMigrations = [Migration20261121165127_initial];
