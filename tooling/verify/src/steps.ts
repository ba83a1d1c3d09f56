/** One check of `npm run verify`: a program of node_modules/.bin and its arguments. */
export type Step = { name: string; command: string; args: string[] };

/** Everything that can be said about the repository without running it. */
export const steps: readonly Step[] = [
  { name: "format and lint", command: "biome", args: ["ci", "--error-on-warnings"] },
  // One program for all workspaces: apart they would check the types of their common dependencies again and again.
  { name: "types", command: "tsc", args: ["--project", "tsconfig.json"] },
  { name: "import boundaries", command: "node", args: ["tooling/verify/src/boundaries/main.ts"] },
  { name: "unused code", command: "knip", args: ["--no-progress", "--no-config-hints"] },
  { name: "document references", command: "node", args: ["tooling/verify/src/doc-references/main.ts"] },
];
