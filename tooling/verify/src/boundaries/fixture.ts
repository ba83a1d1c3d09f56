import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, dirname, join } from "node:path";
import { mayImport } from "./may-import.ts";

/** A repository with one empty module per workspace of the table, in a temporary directory. */
export type Fixture = {
  root: string;
  write: (path: string, text: string) => void;
  remove: (path: string) => void;
  destroy: () => void;
};

/** Lays the fixture; `npmPackages` are installed as empty modules. */
export function layFixture({ npmPackages }: { npmPackages: readonly string[] }): Fixture {
  const root = realpathSync(mkdtempSync(join(tmpdir(), "payhub-boundaries-")));
  const write = (path: string, text: string) => {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  };
  const remove = (path: string) => rmSync(join(root, path), { recursive: true, force: true });
  for (const workspace of [...Object.keys(mayImport), "tooling/testkit"]) {
    const name = `@payhub/${basename(workspace)}`;
    write(`${workspace}/package.json`, JSON.stringify({ name, type: "module", exports: { ".": "./src/index.ts" } }));
    write(`${workspace}/src/index.ts`, "export type Thing = string;\nexport const thing = 1;\n");
    mkdirSync(join(root, "node_modules/@payhub"), { recursive: true });
    symlinkSync(join(root, workspace), join(root, "node_modules", name));
  }
  for (const name of npmPackages) {
    write(`node_modules/${name}/package.json`, JSON.stringify({ name, type: "module", main: "index.js" }));
    write(`node_modules/${name}/index.js`, "export const thing = 1;\n");
  }
  return { root, write, remove, destroy: () => rmSync(root, { recursive: true, force: true }) };
}
