import { type ChildProcess, spawn } from "node:child_process";
import { openSync, readFileSync } from "node:fs";
import { findExecutable } from "./find-executable.ts";

const stopTimeoutMs = 10_000;
const keptLogChars = 4_000;

/** A server we started: `logTail()` is the end of what it printed, `stop()` ends it politely, then by force after 10 s. */
export type ServerProcess = {
  gone: () => boolean;
  logTail: () => string;
  kill: () => void;
  stop: () => Promise<void>;
};

/** Starts a server that prints into `logPath` and, on Linux, dies with us even when we are killed outright. */
export function startServerProcess(options: {
  command: string;
  args: readonly string[];
  runAs?: string | undefined;
  logPath: string;
}): ServerProcess {
  const { command, args, logPath } = options;
  const log = openSync(logPath, "a");
  const [program, ...rest] = [...guard(options.runAs), command, ...args];
  const child = spawn(program ?? command, rest, { stdio: ["ignore", log, log] });
  let ended = false;
  const end = new Promise<void>((resolve) => {
    const settle = () => {
      ended = true;
      resolve();
    };
    child.once("exit", settle);
    child.once("error", settle);
  });
  return {
    gone: () => ended,
    logTail: () => readFileSync(logPath, "utf8").slice(-keptLogChars),
    kill: () => void child.kill("SIGKILL"),
    stop: () => stop(child, end),
  };
}

/** setpriv(1) first changes the user, then asks the kernel for SIGKILL at our death: the other order would lose the request. */
function guard(runAs: string | undefined): string[] {
  const setpriv = findExecutable(["setpriv"]);
  const user = runAs ? [`--reuid=${runAs}`, `--regid=${runAs}`, "--clear-groups"] : [];
  if (setpriv) return [setpriv, ...user, "--pdeathsig=KILL", "--"];
  if (runAs) throw new Error(`setpriv is needed to run a server as ${runAs}`);
  return [];
}

async function stop(child: ChildProcess, end: Promise<void>): Promise<void> {
  if (child.exitCode === null) child.kill("SIGTERM");
  const force = setTimeout(() => child.kill("SIGKILL"), stopTimeoutMs);
  await end;
  clearTimeout(force);
}
