import { redactLine } from "@payhub/runtime";
import { openStore } from "@payhub/store";
import { readEnv } from "./env.ts";

/** Brings the database's tables up to date; any number of these may run at once. */
async function main(): Promise<void> {
  const { databaseUrl } = readEnv(process.env);
  const store = await openStore({ url: databaseUrl });
  try {
    const pending = await store.pendingMigrations();
    await store.migrate();
    process.stdout.write(`${pending.length === 0 ? "up to date" : `migrated: ${pending.join(", ")}`}\n`);
  } finally {
    await store.close();
  }
}

main().catch((error: unknown) => {
  process.stderr.write(`${redactLine(error instanceof Error ? error.message : String(error))}\n`);
  process.exit(1);
});
