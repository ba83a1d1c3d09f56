import { mkdtemp, readdir, rm } from "node:fs/promises";
import { join } from "node:path";
import type { Clock } from "@payhub/domain";
import type { Scratch } from "./bill-store.ts";

const LEFTOVER_MS = 24 * 60 * 60 * 1000;
const SCRATCH = /^payhub-bill-(\d{1,16})-/;

/** Makes private directories in `root`, whose names say when; gives the one that sweeps first. */
export function openScratches(root: string, clock: Clock): { make(): Promise<Scratch>; sweep(): Promise<void> } {
  async function sweep(): Promise<void> {
    for (const name of await readdir(root)) {
      const madeAt = Number(SCRATCH.exec(name)?.[1]);
      // Another process may be sweeping it too, and in a shared directory it may be somebody else's.
      if (clock.now() - madeAt > LEFTOVER_MS)
        await rm(join(root, name), { recursive: true, force: true }).catch(() => {});
    }
  }
  return {
    sweep,
    async make() {
      await sweep();
      const directory = await mkdtemp(join(root, `payhub-bill-${clock.now()}-`));
      return { directory, remove: () => rm(directory, { recursive: true, force: true }) };
    },
  };
}
