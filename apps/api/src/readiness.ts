import type { Logger } from "@payhub/runtime";
import type { ServiceContext } from "@payhub/services";
import type { Readiness } from "./health.ts";

/** Asks what the process depends on: the database with all its migrations is needed, coordination is not. */
export function createReadiness(
  { store, coordination }: Pick<ServiceContext, "store" | "coordination">,
  { log, signal }: { log: Logger; signal: AbortSignal },
): () => Promise<Readiness> {
  let migrated = false;

  async function askDatabase(): Promise<Readiness["database"]> {
    try {
      await store.ping();
      migrated ||= (await store.pendingMigrations()).length === 0;
      return migrated ? "ok" : "not_migrated";
    } catch (err) {
      log.warn({ err }, "the database does not answer");
      return "unreachable";
    }
  }

  return async () => {
    const [database, healthy] = await Promise.all([askDatabase(), coordination.healthy()]);
    const stopping = signal.aborted;
    return {
      ready: database === "ok" && !stopping,
      database,
      coordination: healthy ? "ok" : "unreachable",
      stopping,
    };
  };
}
