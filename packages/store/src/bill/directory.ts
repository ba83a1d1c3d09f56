import { createWriteStream } from "node:fs";
import { access, mkdir, open, rename, rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import { pipeline } from "node:stream/promises";
import type { Clock } from "@payhub/domain";
import { type BillStore, BillStoreError, checkDigest, type KeptBill } from "./bill-store.ts";
import { createMeasure, measureFile, readFileBytes } from "./measure.ts";
import { openScratches } from "./scratch.ts";

/** Bills in a directory of this machine, or one that all processes mount: `ab/cd/abcd…`, readable by its owner only. */
export async function directoryBillStore(root: string, clock: Clock): Promise<BillStore> {
  const scratchRoot = join(root, "scratch");
  await mkdir(scratchRoot, { recursive: true, mode: 0o700 });
  const scratches = openScratches(scratchRoot, clock);
  await scratches.sweep();
  const placeOf = (digest: string) => join(root, digest.slice(0, 2), digest.slice(2, 4), digest);

  return {
    async keep(path) {
      const scratch = await scratches.make();
      try {
        const copy = join(scratch.directory, "bill");
        const kept = await copyFile(path, copy);
        const place = placeOf(kept.digest);
        await mkdir(dirname(place), { recursive: true, mode: 0o700 });
        if (!(await isWhole(place, kept.digest))) await rename(copy, place);
        for (const directory of [dirname(place), dirname(dirname(place)), root]) await syncDirectory(directory);
        await rm(path);
        return kept;
      } finally {
        await scratch.remove();
      }
    },
    async open(digest) {
      checkDigest(digest);
      const path = placeOf(digest);
      if (!(await exists(path))) throw new BillStoreError("missing", `there is no bill ${digest}`);
      if (!(await isWhole(path, digest))) throw new BillStoreError("damaged", `bill ${digest} has other bytes now`);
      return { path, async release() {} };
    },
    scratch: () => scratches.make(),
    async close() {},
  };
}

/** Copies with the file's bytes on the disk when done, so that the rename after it never names half a file. */
async function copyFile(from: string, to: string): Promise<KeptBill> {
  const measure = createMeasure();
  const file = createWriteStream(to, { flags: "wx", mode: 0o400, flush: true });
  await pipeline(measure.through(readFileBytes(from)), file);
  return measure.result();
}

async function isWhole(path: string, digest: string): Promise<boolean> {
  return (await exists(path)) && (await measureFile(path)).digest === digest;
}

function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    (error: NodeJS.ErrnoException) => {
      if (error.code === "ENOENT") return false;
      throw error;
    },
  );
}

async function syncDirectory(path: string): Promise<void> {
  const directory = await open(path, "r");
  try {
    await directory.sync();
  } finally {
    await directory.close();
  }
}
