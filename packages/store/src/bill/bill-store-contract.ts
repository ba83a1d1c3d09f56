import { createHash, randomBytes } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, dirname, join } from "node:path";
import { type ManualClock, manualClock } from "@payhub/testkit";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { BillStore } from "./bill-store.ts";

/** A store under test, and ways behind its back. */
export interface TestedBillStore {
  store: BillStore;
  /** Another process at the same place. */
  again(): Promise<BillStore>;
  overwrite(digest: string, bytes: Buffer): Promise<void>;
  close(): Promise<void>;
}

const DAY_MS = 24 * 60 * 60 * 1000;

/** What every bill store promises. */
export function describeBillStore(name: string, openTested: (clock: ManualClock) => Promise<TestedBillStore>): void {
  describe(name, () => {
    const clock = manualClock();
    let tested: TestedBillStore;
    let store: BillStore;
    let downloads: string;

    beforeEach(async () => {
      downloads = await mkdtemp(join(tmpdir(), "downloads-"));
      tested = await openTested(clock);
      store = tested.store;
    });

    afterEach(async () => {
      await store.close();
      await tested.close();
      await rm(downloads, { recursive: true });
    });

    async function download(bytes: Buffer): Promise<string> {
      const path = join(downloads, randomBytes(8).toString("hex"));
      await writeFile(path, bytes);
      return path;
    }

    async function read(from: BillStore, digest: string): Promise<Buffer> {
      const bill = await from.open(digest);
      const bytes = await readFile(bill.path);
      await bill.release();
      return bytes;
    }

    test.each([0, 1, 3_000_001])("gives %i bytes back as they came, to every process", async (size) => {
      const bytes = randomBytes(size);
      const path = await download(bytes);
      const digest = createHash("sha256").update(bytes).digest("hex");
      expect(await store.keep(path)).toEqual({ digest, sizeBytes: size });
      expect(existsSync(path)).toBe(false);
      const other = await tested.again();
      expect((await read(other, digest)).equals(bytes)).toBe(true);
      await other.close();
    });

    test("the same bytes twice are one, also when two keep them at once", async () => {
      const bytes = randomBytes(100_000);
      const paths = await Promise.all([download(bytes), download(bytes), download(bytes)]);
      const [first, second] = await Promise.all(paths.slice(0, 2).map((path) => store.keep(path)));
      expect(await store.keep(paths[2] ?? "")).toEqual(first);
      expect(second).toEqual(first);
      expect(paths.some(existsSync)).toBe(false);
      expect((await read(store, first?.digest ?? "")).equals(bytes)).toBe(true);
    });

    test("refuses bytes that changed", async () => {
      const { digest } = await store.keep(await download(Buffer.from("1000 fen")));
      await tested.overwrite(digest, Buffer.from("9000 fen"));
      await expect(store.open(digest)).rejects.toMatchObject({ name: "BillStoreError", reason: "damaged" });
    });

    test("a bill that lost bytes is whole again when it comes again", async () => {
      const bytes = Buffer.from("1000 fen");
      const { digest } = await store.keep(await download(bytes));
      await tested.overwrite(digest, Buffer.from("1000"));
      await store.keep(await download(bytes));
      expect((await read(store, digest)).equals(bytes)).toBe(true);
    });

    test("says that a bill is missing", async () => {
      const opening = store.open("0".repeat(64));
      await expect(opening).rejects.toMatchObject({ name: "BillStoreError", reason: "missing" });
    });

    test.each(["", "../../etc/passwd", `${"a".repeat(60)}/../`, "A".repeat(64), `${"a".repeat(64)}\n`])(
      "%j is no digest",
      async (digest) => {
        await expect(store.open(digest)).rejects.toThrow(RangeError);
      },
    );

    test("rejects a file that is not there", async () => {
      await expect(store.keep(join(downloads, "none"))).rejects.toThrow("ENOENT");
    });

    test("scratch is private, removed at once by its owner, and by anybody when older than a day", async () => {
      const removed = await store.scratch();
      await writeFile(join(removed.directory, "part"), "x");
      await removed.remove();
      const left = await store.scratch();
      await writeFile(join(left.directory, "part"), "x");
      expect([existsSync(removed.directory), existsSync(left.directory)]).toEqual([false, true]);
      const stranger = join(dirname(left.directory), `${basename(left.directory)}`.replace("payhub-", "other-"));
      await writeFile(stranger, "");

      clock.advance(DAY_MS);
      await (await tested.again()).close();
      expect(existsSync(left.directory)).toBe(true);
      clock.advance(1);
      const young = await store.scratch();
      expect([left.directory, stranger, young.directory].map((path) => existsSync(path))).toEqual([false, true, true]);
      clock.advance(DAY_MS + 1);
      await (await tested.again()).close();
      expect(existsSync(young.directory)).toBe(false);
      await rm(stranger);
    });
  });
}
