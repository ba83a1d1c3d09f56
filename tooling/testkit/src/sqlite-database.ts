import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** A place for a new SQLite file. */
export async function createSqliteDatabase(): Promise<{ url: string; drop(): Promise<void> }> {
  const folder = await mkdtemp(join(tmpdir(), "payhub-test-"));
  return { url: `sqlite:${join(folder, "payhub.db")}`, drop: () => rm(folder, { recursive: true, force: true }) };
}
