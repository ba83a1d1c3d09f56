import { readdir, readlink } from "node:fs/promises";

const DESCRIPTORS = "/proc/self/fd";

/** How often this process has a file open. */
export async function timesOpen(path: string): Promise<number> {
  const targets = await Promise.all(
    (await readdir(DESCRIPTORS)).map((name) => readlink(`${DESCRIPTORS}/${name}`).catch(() => "")),
  );
  return targets.filter((target) => target === path).length;
}
