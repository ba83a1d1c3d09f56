/** The program behind each npm script, relative to the repository root. */
export const verbs = {
  bench: "tooling/bench/src/main.ts",
  check: "apps/reconcile/src/check.ts",
  reconcile: "apps/reconcile/src/reconcile-command.ts",
  sandbox: "apps/sandbox/src/main.ts",
  test: "tooling/test-run/src/main.ts",
  verify: "tooling/verify/src/main.ts",
};
