import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { chmod, mkdtemp, open, readdir, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { manualClock } from "@payhub/testkit";
import { afterEach, beforeEach, describe, expect, onTestFinished, test } from "vitest";
import { describeBillStore } from "./bill-store-contract.ts";
import { openBillStore } from "./open.ts";

describeBillStore("bills in a directory", async (clock) => {
  const parent = await mkdtemp(join(tmpdir(), "bill-store-"));
  const root = join(parent, "bills 账单");
  const again = () => openBillStore({ url: `file:${root}`, clock });
  return {
    store: await again(),
    again,
    async overwrite(digest, bytes) {
      const path = join(root, digest.slice(0, 2), digest.slice(2, 4), digest);
      await chmod(path, 0o600);
      await writeFile(path, bytes);
    },
    close: () => rm(parent, { recursive: true }),
  };
});

describe("a directory of bills", () => {
  let root: string;

  beforeEach(async () => {
    root = await mkdtemp(join(tmpdir(), "bill-store-"));
  });

  afterEach(() => rm(root, { recursive: true }));

  async function keptFiles(): Promise<string[]> {
    const entries = await readdir(root, { recursive: true, withFileTypes: true });
    return entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  }

  test("a kept bill is its owner's alone, cannot be written, and leaves nothing beside it", async () => {
    const store = await openBillStore({ url: `file://${root}`, clock: manualClock() });
    const path = join(root, "download");
    await writeFile(path, "bill", { mode: 0o644 });
    const { digest } = await store.keep(path);
    const place = join(root, digest.slice(0, 2), digest.slice(2, 4), digest);
    expect(await keptFiles()).toEqual([place]);
    expect(await readdir(join(root, "scratch"))).toEqual([]);
    expect((await stat(place)).mode & 0o777).toBe(0o400);
    expect((await stat(join(root, "scratch"))).mode & 0o777).toBe(0o700);
  });

  test("the same bytes leave the first file as it is", async () => {
    const store = await openBillStore({ url: `file:${root}`, clock: manualClock() });
    const path = join(root, "download");
    await writeFile(path, "bill");
    await store.keep(path);
    const [place = ""] = await keptFiles();
    const { ino } = await stat(place);
    await writeFile(path, "bill");
    await store.keep(path);
    expect((await stat(place)).ino).toBe(ino);
  });

  test("killed in the middle, there is nothing under a digest, and what it left is swept", async () => {
    const pipe = join(root, "download");
    await promisify(execFile)("mkfifo", [pipe]);
    const program = `
      import { openBillStore } from ${JSON.stringify(new URL("./open.ts", import.meta.url).href)};
      const store = await openBillStore({ url: ${JSON.stringify(`file:${root}`)}, clock: { now: () => 0 } });
      await store.keep(${JSON.stringify(pipe)});`;
    const child = spawn(process.execPath, ["--input-type=module", "-e", program], { stdio: "inherit" });
    const exited = once(child, "exit");
    onTestFinished(() => void child.kill("SIGKILL"));
    const writer = await open(pipe, "r+");
    await writer.write(Buffer.alloc(48_000));
    const written = () => keptFiles().then((files) => Promise.all(files.map(async (file) => (await stat(file)).size)));
    await expect.poll(written, { timeout: 15_000 }).toEqual([48_000]);
    child.kill("SIGKILL");
    expect(await exited).toEqual([null, "SIGKILL"]);
    await writer.close();

    expect((await readdir(root)).sort()).toEqual(["download", "scratch"]);
    await openBillStore({ url: `file:${root}`, clock: manualClock() });
    expect(await keptFiles()).toEqual([]);
  });
});
