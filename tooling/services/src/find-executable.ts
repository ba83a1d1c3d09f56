import { accessSync, constants } from "node:fs";
import { delimiter, join } from "node:path";

/** Servers live in sbin, which is not on every user's PATH. */
const serverDirectories = ["/usr/local/sbin", "/usr/sbin", "/sbin", "/usr/local/bin", "/usr/bin"];

/** The absolute path of the first of `names` found on `searchPath` or where servers are usually put; undefined when none is. */
export function findExecutable(names: readonly string[], searchPath = process.env.PATH ?? ""): string | undefined {
  const directories = [...searchPath.split(delimiter).filter(Boolean), ...serverDirectories];
  for (const name of names) {
    const found = directories.map((directory) => join(directory, name)).find(isExecutable);
    if (found) return found;
  }
  return undefined;
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
