import { rmSync } from "node:fs";
import { constants } from "node:os";
import type { ServerProcess } from "./server-process.ts";

const signals = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

/**
 * Returns the function that ends `servers` and removes `directory`. The same happens when this process exits, crashes, or is told
 * to end; a program with signal handlers of its own decides for itself when it exits.
 */
export function cleanUpAtExit(options: { directory: string; servers: readonly ServerProcess[] }): () => Promise<void> {
  const { directory, servers } = options;
  const remove = () => rmSync(directory, { recursive: true, force: true, maxRetries: 5 });
  const atExit = () => {
    for (const server of servers) server.kill();
    remove();
  };
  const onSignal = (signal: (typeof signals)[number]) => {
    if (process.listenerCount(signal) === 1) process.exit(128 + constants.signals[signal]);
  };
  process.on("exit", atExit);
  for (const signal of signals) process.on(signal, onSignal);
  return async () => {
    await Promise.all(servers.map((server) => server.stop()));
    process.off("exit", atExit);
    for (const signal of signals) process.off(signal, onSignal);
    remove();
  };
}
