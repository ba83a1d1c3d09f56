import { execFile } from "node:child_process";
import { mkdtemp, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startFakePayhub } from "./fake-payhub.ts";
import { makePayment } from "./make.ts";
import { samples } from "./samples.ts";

const packageDirectory = join(import.meta.dirname, "..");
const binaries = join(packageDirectory, "../../node_modules/.bin");
const compilers = { "typescript 7": "ts7", "typescript 5.9": "ts5" };
// Without the workspace's own binaries: the machine's Node and npm, as a business service has them.
const PATH = (process.env.PATH ?? "").split(delimiter).filter((entry) => !entry.includes("node_modules"));
const bare = { ...process.env, PATH: PATH.join(delimiter) };
const run = promisify(execFile);

let project: string;
beforeAll(async () => {
  project = await mkdtemp(join(tmpdir(), "payhub-pack-"));
  const env = { ...process.env, PATH: [binaries, process.env.PATH].join(delimiter) };
  await run("pnpm", ["pack", "--pack-destination", project], { cwd: packageDirectory, env });
  const [tarball = ""] = await readdir(project);
  await writeFile(join(project, "package.json"), JSON.stringify({ name: "shop", private: true, type: "module" }));
  const wanted = [`./${tarball}`, "@types/node@20", "ts7@npm:typescript@7.0.2", "ts5@npm:typescript@5.9.3"];
  await run("npm", ["install", "--no-audit", "--no-fund", "--loglevel=error", ...wanted], { cwd: project, env: bare });
  for (const [name, text] of Object.entries(samples)) await writeFile(join(project, `${name}.ts`), text);
  const compilerOptions = {
    target: "es2022",
    module: "nodenext",
    strict: true,
    skipLibCheck: false,
    types: ["node"],
    lib: ["es2023"],
    outDir: "out",
    rootDir: ".",
  };
  await writeFile(join(project, "tsconfig.json"), JSON.stringify({ compilerOptions, include: ["*.ts"] }));
});
afterAll(() => rm(project, { recursive: true, force: true }));

/** What a compiler says of each sample. */
async function compile(compiler: string): Promise<Record<string, string>> {
  const script = join(project, "node_modules", compiler, "bin", "tsc");
  const { stdout } = await run("node", [script, "-p", "."], { cwd: project, env: bare }).catch((failed) => failed);
  const said: Record<string, string> = {};
  let file = "";
  for (const line of String(stdout).split("\n")) {
    file = /^([^\s(]+)\.ts\(/.exec(line)?.[1] ?? file;
    if (line) said[file] = `${said[file] ?? ""}${line}\n`;
  }
  return said;
}

describe("the packed tarball", () => {
  const installed = (path: string) => join(project, "node_modules/@payhub/client", path);

  it("holds the build, the readme and the manifest", async () => {
    const files = await readdir(installed("."), { recursive: true });
    expect(files.sort()).toEqual(["README.md", "dist", "dist/index.d.ts", "dist/index.js", "package.json"]);
  });

  it("points at the build, and depends on published versions only", async () => {
    const manifest = JSON.parse(await readFile(installed("package.json"), "utf8"));
    expect(manifest.exports).toEqual({ ".": { types: "./dist/index.d.ts", default: "./dist/index.js" } });
    for (const version of Object.values(manifest.dependencies)) expect(version).toMatch(/^\^?\d+\.\d+\.\d+$/);
  });

  it("declares everything itself, in less than 40 KB", async () => {
    const declarations = await readFile(installed("dist/index.d.ts"), "utf8");
    expect(declarations).not.toMatch(/\bimport\b|\brequire\b|\bany\b/);
    expect((await stat(installed("dist/index.d.ts"))).size).toBeLessThan(40_000);
  });

  it.each(Object.entries(compilers))(
    "with %s, lets what is right compile and nothing that is wrong",
    async (_, name) => {
      const said = await compile(name);
      expect(Object.keys(said).sort()).toEqual(
        Object.keys(samples)
          .filter((sample) => sample !== "right")
          .sort(),
      );
      expect(said["wrong-field"]).toContain("'amout' does not exist");
      expect(said["wrong-scene"]).toContain(`Type '"qrcode"' is not assignable`);
      expect(said["missing-openid"]).toContain("'openid' is missing");
      expect(said["foreign-openid"]).toContain("'openid' does not exist");
      expect(said["missing-counter"]).toMatch(/authCode, storeNo|'authCode' is missing/);
      expect(said["wrong-action"]).toContain("'codeUrl' does not exist");
      expect(said["missing-refund-number"]).toContain("'refundOrderNo' is missing");
      expect(said["wrong-refund-status"]).toContain(`'"abnormal"' is not assignable`);
      expect(said["missing-amount"]).toContain("'amount' is missing");
      expect(said["wrong-status"]).toContain("have no overlap");
      expect(said["wrong-code"]).toContain("have no overlap");
    },
  );

  it("takes a payment on the machine's own Node", async () => {
    const payhub = await startFakePayhub();
    const made = makePayment();
    payhub.payments.create = async () => ({ ...made, replayed: false });
    const env = { ...bare, PAYHUB_URL: payhub.url, PAYHUB_APP_ID: payhub.appId, PAYHUB_SECRET: payhub.secret };
    const { stdout } = await run("node", [join(project, "out/right.js")], { env });
    await payhub.close();
    expect(JSON.parse(stdout)).toEqual([made.payment.paymentNo, "weixin://wxpay/bizpayurl?pr=1", "INVALID_INPUT"]);
  });
});
