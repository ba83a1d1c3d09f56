import type { IForbiddenRuleType } from "dependency-cruiser";
import { type MayImport, mayImport } from "./may-import.ts";

/** Tests and the suites that tests share. */
const testFiles = ["\\.test\\.ts$", "-contract\\.ts$", "^[^/]+/[^/]+/test/"];

const ourPackages = "^(packages|apps|tooling)/";
const npmPackages = "node_modules/";

/** The rules of dependency-cruiser that say what our table says. */
export const forbidden: IForbiddenRuleType[] = [
  {
    name: "resolvable",
    comment: "A package is imported by what its exports name, and by nothing deeper.",
    severity: "error",
    from: {},
    to: { couldNotResolve: true },
  },
  {
    name: "by-package-name",
    comment: "Another package is imported by its name, never by a path into its folder.",
    severity: "error",
    from: { path: "^((?:packages|apps|tooling)/[^/]+)/" },
    to: { path: ourPackages, pathNot: "^$1/", dependencyTypes: ["local"] },
  },
  {
    name: "no-cycle",
    comment: "Modules that need each other at run time are one module; types may name each other.",
    severity: "error",
    from: {},
    to: { circular: true, viaOnly: { dependencyTypesNot: ["type-only"] } },
  },
  {
    name: "packages-below-apps",
    comment: "Not even the test of a package needs an app.",
    severity: "error",
    from: { path: "^packages/" },
    to: { path: "^apps/" },
  },
  {
    name: "tests-in-tests",
    comment: "What lives in tests is no part of what runs.",
    severity: "error",
    from: { path: "^(packages|apps)/", pathNot: testFiles },
    to: { path: "^[^/]+/[^/]+/test/" },
  },
  {
    name: "simulator-alone",
    comment: "A mistake of ours in the simulator would cancel the same mistake in channels.",
    severity: "error",
    from: { path: "^packages/simulator/" },
    to: { path: ourPackages, pathNot: "^packages/simulator/" },
  },
  ...Object.entries(mayImport).flatMap(([workspace, allowed]) => rulesFor(workspace, allowed)),
];

function rulesFor(workspace: string, { ours, typesOf = [], others, node }: MayImport): IForbiddenRuleType[] {
  const name = workspace.replace("/", "-");
  const from = { path: `^${workspace}/`, pathNot: testFiles };
  const to = (names: readonly string[]) => names.map((ourName) => `^(packages|apps)/${ourName}/`);
  const rules: IForbiddenRuleType[] = [
    {
      name: `${name}-ours`,
      severity: "error",
      from,
      to: { path: ourPackages, pathNot: [`^${workspace}/`, ...to(ours), ...to(typesOf)] },
    },
  ];
  if (typesOf.length > 0) {
    rules.push({
      name: `${name}-types-only`,
      severity: "error",
      from,
      to: { path: to(typesOf), dependencyTypesNot: ["type-only"] },
    });
  }
  if (others !== "any") {
    rules.push({
      name: `${name}-npm`,
      severity: "error",
      from,
      to: { path: npmPackages, pathNot: others.map((other) => `node_modules/${other.replace("/*", "/[^/]+")}/`) },
    });
  }
  if (!node) rules.push({ name: `${name}-no-node`, severity: "error", from, to: { dependencyTypes: ["core"] } });
  return rules;
}
