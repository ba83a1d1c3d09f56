import { existsSync, globSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join, normalize } from "node:path";
import { findReferences, type Reference } from "./find-references.ts";

const documents = ["*.md", "docs/**/*.md", "{apps,packages,tooling}/*/*.md"];

/** The paths and npm scripts that the documents of the repository at `root` name and that do not exist, one line each. */
export function checkDocReferences(root: string): string[] {
  const scripts = npmScripts(root);
  const topFolders = readdirSync(root, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && entry.name !== "node_modules")
    .map((entry) => entry.name);
  const exists = ({ kind, target }: Reference, document: string) => {
    switch (kind) {
      case "script":
        return scripts.has(target);
      case "link":
        return existsSync(join(root, normalize(join(dirname(document), target))));
      case "path":
        return globSync(target, { cwd: root }).length > 0;
    }
  };
  return globSync(documents, { cwd: root }).flatMap((document) =>
    findReferences(readFileSync(join(root, document), "utf8"), topFolders)
      .filter((reference) => !exists(reference, document))
      .map(({ kind, target, line }) => `${document}:${line}: ${kind} ${target} does not exist`),
  );
}

function npmScripts(root: string): Set<string> {
  const manifests = globSync(["package.json", "{apps,packages,tooling}/*/package.json"], { cwd: root });
  return new Set(
    manifests.flatMap((path) => Object.keys(JSON.parse(readFileSync(join(root, path), "utf8")).scripts ?? {})),
  );
}
