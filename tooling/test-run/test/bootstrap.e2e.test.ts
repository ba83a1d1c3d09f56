import { spawn } from "node:child_process";
import { once } from "node:events";
import { chmodSync, cpSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, dirname, join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";

const bootstrap = join(import.meta.dirname, "../../bootstrap");

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "payhub-bootstrap-"));
  cpSync(bootstrap, join(root, "tooling/bootstrap"), { recursive: true });
  write("package.json", JSON.stringify({ type: "module", devDependencies: { node: "24.0.0", pnpm: "11.0.0" } }));
  write("pnpm-lock.yaml", "lockfileVersion: 9\n");
  // Stands in for npx: brings node_modules/.bin/node, is noisy on stdout, and writes down what it was asked.
  write(
    "bin/npx",
    `#!/bin/sh\necho noise\necho "$@" >> asked\nmkdir -p node_modules/.bin\nln -sf "${process.execPath}" node_modules/.bin/node\n`,
  );
  chmodSync(join(root, "bin/npx"), 0o755);
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

function write(path: string, text: string): void {
  mkdirSync(dirname(join(root, path)), { recursive: true });
  writeFileSync(join(root, path), text);
}

function start(...args: string[]) {
  const env = { ...process.env, PATH: `${join(root, "bin")}${delimiter}${process.env.PATH}` };
  const child = spawn(process.execPath, [join(root, "tooling/bootstrap/run.mjs"), ...args], { env, stdio: "pipe" });
  let stdout = "";
  let stderr = "";
  child.stdout.on("data", (chunk) => {
    stdout += chunk;
  });
  child.stderr.on("data", (chunk) => {
    stderr += chunk;
  });
  const end = once(child, "close").then(([code]) => ({ code, stdout, stderr }));
  return { child, end };
}

describe("the bootstrap", () => {
  beforeEach(() => write("apps/sandbox/src/main.ts", "console.log(process.argv.slice(2).join()); process.exit(7);"));

  it("installs once, keeps stdout clean, and hands over arguments and the exit code", async () => {
    const first = await start("sandbox", "--once", "--json").end;
    expect(first).toMatchObject({ code: 7, stdout: "--once,--json\n" });
    expect(first.stderr).toContain("-p node@24.0.0 -p pnpm@11.0.0 pnpm install --frozen-lockfile");
    const second = await start("sandbox").end;
    expect(second.stderr).not.toContain("installing");
  });

  it("installs again for another lockfile", async () => {
    await start("sandbox").end;
    rmSync(join(root, "asked"));
    write("pnpm-lock.yaml", "lockfileVersion: 9\npackages: {}\n");
    await start("sandbox").end;
    expect(existsSync(join(root, "asked"))).toBe(true);
  });

  it("fails, and tries again, when the install failed", async () => {
    write("bin/npx", "#!/bin/sh\nexit 3\n");
    expect(await start("sandbox").end).toMatchObject({ code: 1, stderr: expect.stringContaining("npx exited with 3") });
    expect(await start("sandbox").end).toMatchObject({ code: 1 });
  });

  it("refuses a verb that it does not know", async () => {
    expect(await start("fly").end).toMatchObject({ code: 2, stderr: expect.stringContaining("sandbox") });
  });

  it("hands SIGTERM over and stays until the program has ended", async () => {
    write(
      "apps/sandbox/src/main.ts",
      `process.on("SIGTERM", () => setTimeout(() => { console.log("swept"); process.exit(4); }, 200));
       console.log("up"); setInterval(() => {}, 1000);`,
    );
    const { child, end } = start("sandbox");
    await once(child.stdout, "data");
    child.kill("SIGTERM");
    expect(await end).toMatchObject({ code: 4, stdout: "up\nswept\n" });
  });
});
