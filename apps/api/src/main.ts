import { readEnv } from "./env.ts";
import { startApi } from "./index.ts";
import { killAt } from "./kill-at.ts";
import { redactLine } from "./redact.ts";

async function main(): Promise<void> {
  const env = readEnv(process.env);
  const api = await startApi({ ...env, fault: killAt(env.killAt) });
  let stopping = false;
  for (const signal of ["SIGTERM", "SIGINT"] as const) {
    process.on(signal, () => {
      if (stopping) process.exit(1);
      stopping = true;
      api.close().then((clean) => process.exit(clean ? 0 : 1), fail);
    });
  }
}

function fail(error: unknown): void {
  const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
  process.stderr.write(`${redactLine(text)}\n`);
  process.exit(1);
}

process.on("uncaughtException", fail);
process.on("unhandledRejection", fail);
main().catch((error: unknown) => {
  process.stderr.write(`${redactLine(error instanceof Error ? error.message : String(error))}\n`);
  process.exit(1);
});
