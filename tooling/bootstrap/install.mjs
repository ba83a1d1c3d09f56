import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/** Installs the workspace when node_modules is missing or belongs to another pnpm-lock.yaml. Prints to stderr only. */
export function installIfStale(root) {
  const stamp = join(root, "node_modules", ".payhub-lockfile");
  const lockfile = createHash("sha256")
    .update(readFileSync(join(root, "pnpm-lock.yaml")))
    .digest("hex");
  if (existsSync(stamp) && readFileSync(stamp, "utf8") === lockfile) return;
  install(root);
  writeFileSync(stamp, lockfile);
}

function install(root) {
  const { node, pnpm } = JSON.parse(readFileSync(join(root, "package.json"), "utf8")).devDependencies;
  // The machine's own Node may be too old for pnpm: npx brings both at the pinned versions.
  const args = ["-y", "-p", `node@${node}`, "-p", `pnpm@${pnpm}`, "pnpm", "install", "--frozen-lockfile"];
  console.error(`payhub: installing (npx ${args.join(" ")})`);
  // CI=true: pnpm asks nothing when it has to replace a node_modules made by another version.
  const options = { cwd: root, env: { ...process.env, CI: "true" }, stdio: ["ignore", 2, 2] };
  const { status, error } = spawnSync("npx", args, options);
  if (status !== 0) throw new Error(`payhub: the install failed (${error?.message ?? `npx exited with ${status}`})`);
}
