import { readdirSync } from "node:fs";
import { join } from "node:path";
import { cruise } from "dependency-cruiser";
import { mayImport } from "./may-import.ts";
import { forbidden } from "./rules.ts";

const folders = ["packages", "apps", "tooling"] as const;
const foldersWithRows = ["packages", "apps"] as const;

/** The broken import rules of the repository at `root`, one line each (`rule: from → to`); empty when all hold. */
export async function checkBoundaries(root: string): Promise<string[]> {
  const { output } = await cruise([...folders], {
    baseDir: root,
    validate: true,
    ruleSet: { forbidden },
    // Type imports count: a type that runs back up is a dependency too.
    tsPreCompilationDeps: true,
    doNotFollow: { path: "node_modules" },
    exclude: { path: "(^|/)dist/" },
    enhancedResolveOptions: { exportsFields: ["exports"], conditionNames: ["types", "import", "node", "default"] },
  });
  if (typeof output === "string") throw new Error(`dependency-cruiser answered with text: ${output}`);
  const broken = output.summary.violations.map(({ rule, from, to }) => `${rule.name}: ${from} → ${to}`);
  return [...missingRows(root), ...broken];
}

function missingRows(root: string): string[] {
  return foldersWithRows
    .flatMap((folder) => readdirSync(join(root, folder)).map((name) => `${folder}/${name}`))
    .filter((workspace) => !Object.hasOwn(mayImport, workspace))
    .map((workspace) => `${workspace} has no row in may-import.ts`);
}
