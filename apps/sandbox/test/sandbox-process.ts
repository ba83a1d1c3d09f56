import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createServer } from "node:net";
import { resolve } from "node:path";
import { createInterface } from "node:readline";

const MAIN = resolve(import.meta.dirname, "../src/main.ts");
const PORTS = 4;
const TRIES = 50;

/** What `--json` prints. */
export interface SandboxLine {
  api: string;
  wechatpay: string;
  alipay: string;
  phone: string;
  appId: string;
  secret: string;
  accounts: { wechatpay: string; alipay: string };
}

/** A sandbox that ended. */
interface Ended {
  code: number | null;
  stdout: string[];
  stderr: string;
}

/** A sandbox in a process of its own. */
export interface SandboxProcess {
  child: ChildProcess;
  /** Resolves with the first line that it prints. */
  firstLine: Promise<string>;
  ended: Promise<Ended>;
}

/** Starts a sandbox with these arguments. */
export function spawnSandbox(args: readonly string[]): SandboxProcess {
  const child = spawn(process.execPath, [MAIN, ...args], { stdio: ["ignore", "pipe", "pipe"] });
  const stdout: string[] = [];
  let stderr = "";
  const first = Promise.withResolvers<string>();
  createInterface({ input: child.stdout }).on("line", (line) => {
    stdout.push(line);
    first.resolve(line);
  });
  child.stderr.on("data", (chunk) => {
    stderr += chunk;
  });
  const ended = once(child, "close").then(([code]) => {
    first.reject(new Error(`the sandbox ended with ${code}: ${stderr}`));
    return { code: code as number | null, stdout, stderr };
  });
  first.promise.catch(() => {});
  return { child, firstLine: first.promise, ended };
}

/** A port from which four in a row are free now. */
export async function findPortBase(): Promise<number> {
  for (let attempt = 0; attempt < TRIES; attempt++) {
    const base = 20_000 + Math.floor(Math.random() * 30_000);
    const free = await Promise.all(Array.from({ length: PORTS }, (_, offset) => isFree(base + offset)));
    if (free.every(Boolean)) return base;
  }
  throw new Error("no four free ports in a row");
}

/** Whether nobody listens on a port. */
export async function isFree(port: number): Promise<boolean> {
  const server = createServer();
  try {
    server.listen(port, "127.0.0.1");
    await once(server, "listening");
    return true;
  } catch {
    return false;
  } finally {
    server.close();
  }
}
