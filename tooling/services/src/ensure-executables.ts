import { aptInstall, canAptInstall } from "./apt-install.ts";
import { findExecutable } from "./find-executable.ts";

/** A program we need: the names it may have, the Debian packages that bring it, and what to do where there is no apt. */
export type Requirement = { names: readonly string[]; packages: readonly string[]; otherwise: string };

/** The path of each required program, in order, after installing the missing ones; throws when one cannot be had. */
export async function ensureExecutables(
  requirements: readonly Requirement[],
  log: (line: string) => void,
): Promise<string[]> {
  const missing = requirements.filter(({ names }) => findExecutable(names) === undefined);
  if (missing.length > 0 && canAptInstall()) {
    const packages = [...new Set(missing.flatMap((requirement) => requirement.packages))];
    log(`installing ${packages.join(", ")} with apt-get`);
    await aptInstall(packages);
  }
  return requirements.map(({ names, packages, otherwise }) => {
    const path = findExecutable(names);
    if (!path)
      throw new Error(`${names[0]} is not installed. Install ${packages.join(", ")} (as root), or ${otherwise}`);
    return path;
  });
}
