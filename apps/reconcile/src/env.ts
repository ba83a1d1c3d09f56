import { type ProcessEnv, presentProcessEnv, readProcessEnv } from "@payhub/runtime";

/** Reads the environment; throws one `Error` that names every variable that cannot be used, and never its value. */
export function readEnv(variables: Readonly<Record<string, string | undefined>>): ProcessEnv {
  return presentProcessEnv(readProcessEnv("reconcile", variables, {}));
}
