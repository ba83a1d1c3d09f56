import { readdirSync, writeFileSync } from "node:fs";
import { openOffline } from "../src/sql/migrations/offline.ts";
import type { Dialect } from "../src/sql/orm.ts";

const name = process.argv[2];
if (!name || !/^[a-z][a-z0-9-]*$/.test(name)) {
  console.error("usage: node scripts/new-migration.ts <name-in-kebab-case>");
  process.exit(2);
}
for (const dialect of ["mysql", "sqlite"] as const) await writeMigration(dialect, name);

/** Writes what the schemas have and the snapshot lacks, and lists the dialect's migrations again. */
async function writeMigration(dialect: Dialect, change: string): Promise<void> {
  const orm = await openOffline(dialect);
  const { fileName } = await orm.migrator.create(undefined, false, false, change.replaceAll("-", "_"));
  await orm.close(true);
  console.log(fileName ? `${dialect}: ${fileName}` : `${dialect}: nothing changed`);
  listMigrations(dialect);
}

function listMigrations(dialect: Dialect): void {
  const folder = new URL(`../src/sql/migrations/${dialect}/`, import.meta.url);
  const files = readdirSync(folder).filter((file) => /^\d{14}-.*\.ts$/.test(file));
  const classes = files.sort().map((file) => ({ file, name: `Migration${file.slice(0, -3).replaceAll("-", "_")}` }));
  const imports = classes.map(({ file, name }) => `import { ${name} } from "./${file}";\n`).join("");
  const list = classes.map(({ name }) => `  ${name},\n`).join("");
  const comment = "/** Oldest first; written by scripts/new-migration.ts. */";
  writeFileSync(
    new URL("index.ts", folder),
    `${imports}\n${comment}\nexport const ${dialect}Migrations = [\n${list}];\n`,
  );
}
