import { existsSync, rmSync, writeFileSync } from "node:fs";
import { findExecutable } from "./find-executable.ts";
import { runCommand } from "./run-command.ts";

/** Where Debian's packages ask whether they may start their service; 101 says no. */
const startPolicyPath = "/usr/sbin/policy-rc.d";

/** Whether this process may install Debian packages: root on a machine with apt-get. */
export function canAptInstall(): boolean {
  return process.getuid?.() === 0 && findExecutable(["apt-get"]) !== undefined;
}

/** Installs Debian packages without starting the services they bring; throws when apt-get fails or takes over 10 minutes. */
export async function aptInstall(packages: readonly string[]): Promise<void> {
  const madePolicy = !existsSync(startPolicyPath);
  if (madePolicy) writeFileSync(startPolicyPath, "#!/bin/sh\nexit 101\n", { mode: 0o755 });
  try {
    await aptGet(["update"]);
    await aptGet(["install", "-y", "--no-install-recommends", ...packages]);
  } finally {
    if (madePolicy) rmSync(startPolicyPath, { force: true });
  }
}

function aptGet(args: readonly string[]): Promise<void> {
  return runCommand({
    command: "apt-get",
    args: ["-o", "DPkg::Lock::Timeout=120", "-q", ...args],
    env: { ...process.env, DEBIAN_FRONTEND: "noninteractive" },
    timeoutMs: 600_000,
  });
}
