import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { freePort } from "./free-port.ts";
import { type ServerProcess, startServerProcess } from "./server-process.ts";
import { redisProbe, waitUntilAnswers } from "./wait-until-answers.ts";

const startTimeoutMs = 20_000;

/** Starts a private Redis below `directory` that saves nothing to disk. */
export async function startRedis(options: {
  redisServer: string;
  directory: string;
}): Promise<{ url: string; server: ServerProcess }> {
  const { redisServer, directory } = options;
  const home = join(directory, "redis");
  mkdirSync(home);
  const port = await freePort();
  const server = startServerProcess({
    command: redisServer,
    args: ["--bind", "127.0.0.1", "--port", `${port}`, "--save", "", "--appendonly", "no", "--dir", home],
    logPath: join(directory, "redis.log"),
  });
  await waitUntilAnswers(redisProbe(port), { timeoutMs: startTimeoutMs, gone: server.gone }).catch((error: unknown) => {
    server.kill();
    throw new Error(`redis-server did not start:\n${server.logTail()}`, { cause: error });
  });
  return { url: `redis://127.0.0.1:${port}`, server };
}
