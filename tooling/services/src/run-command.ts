import { spawn } from "node:child_process";

/** Only the end of a long output says why a command failed. */
const keptOutputChars = 4_000;

type Command = { command: string; args: readonly string[]; env?: NodeJS.ProcessEnv; timeoutMs: number };

/** Runs a command quietly; throws with the end of its output when it fails or is not done in `timeoutMs`. */
export function runCommand({ command, args, env, timeoutMs }: Command): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { env, stdio: ["ignore", "pipe", "pipe"], timeout: timeoutMs });
    let output = "";
    const keep = (chunk: Buffer) => {
      output = (output + chunk.toString()).slice(-keptOutputChars);
    };
    child.stdout.on("data", keep);
    child.stderr.on("data", keep);
    child.once("error", reject);
    child.once("close", (code, signal) => {
      if (code === 0) resolve();
      else reject(new Error(`${command} ${args.join(" ")} ended with ${code ?? signal}:\n${output}`));
    });
  });
}
