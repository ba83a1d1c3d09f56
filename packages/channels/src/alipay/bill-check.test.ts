import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { archiveOf, DAY, fileName, SELLER, tradeSummaryText, tradeText } from "../../test/alipay-bill.ts";
import { ARCHIVE_LIMITS, type ArchiveLimits, openArchive } from "./bill-archive.ts";
import { problemOfBill } from "./bill-check.ts";

const DETAIL = fileName("业务明细.csv");
const SUMMARY = fileName("业务明细(汇总).csv");
const BILL = {
  [DETAIL]: tradeText(),
  [SUMMARY]: tradeSummaryText("1,0,88.88,88.88,0,0,0,-0.53,0,88.35"),
};
const LOCAL_HEADER = 30;

let directory: string;
let count = 0;

async function pathOf(bytes: Uint8Array): Promise<string> {
  count += 1;
  const path = join(directory, `${count}.zip`);
  await writeFile(path, bytes);
  return path;
}
const problemOf = async (bytes: Uint8Array, limits: Partial<ArchiveLimits> = {}, sellerId = SELLER) =>
  problemOfBill(await pathOf(bytes), {
    billKind: "trade",
    businessDay: DAY,
    sellerId,
    limits: { ...ARCHIVE_LIMITS, ...limits },
  });

/** Changes every copy of some bytes. */
function patched(bytes: Buffer, from: Buffer, to: Buffer): Buffer {
  const copy = Buffer.from(bytes);
  for (let at = copy.indexOf(from); at >= 0; at = copy.indexOf(from, at + to.length)) to.copy(copy, at);
  return copy;
}
function uint32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return bytes;
}

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), "payhub-archive-"));
});
afterAll(() => rm(directory, { recursive: true }));

describe("a fetched bill", () => {
  test("that is whole has no problem", async () => {
    expect(await problemOf(await archiveOf(BILL))).toBeUndefined();
    expect(await problemOf(await archiveOf(BILL, { level: 0 }))).toBeUndefined();
    expect(await problemOf(await archiveOf(BILL, { zip64: true }))).toBeUndefined();
  });

  test.each([
    ["nothing", Buffer.alloc(0)],
    ["a page", Buffer.from("<!doctype html><title>支付宝</title>")],
    ["a plain file", Buffer.from(tradeText())],
  ])("that is %s is no archive", async (_name, bytes) => {
    expect(await problemOf(bytes)).toContain("no whole zip archive");
  });

  test("that is cut is no archive", async () => {
    const archive = await archiveOf(BILL);
    expect(await problemOf(archive.subarray(0, -30))).toContain("no whole zip archive");
  });

  test("with a turned byte is not whole, compressed or stored", async () => {
    for (const level of [0, 9]) {
      const archive = await archiveOf(BILL, { level });
      const at = LOCAL_HEADER + Buffer.byteLength(DETAIL) + 100;
      archive.writeUInt8(archive.readUInt8(at) ^ 0xff, at);
      expect(await problemOf(archive)).toMatch(/checksum is wrong|no whole zip archive/);
    }
  });

  test("whose checksum is another is not whole, in any of its files", async () => {
    for (const name of [DETAIL, SUMMARY]) {
      const { [name]: own = "", ...others } = BILL;
      const archive = await archiveOf({ ...others, [name]: own });
      const path = await pathOf(archive);
      const opened = await openArchive(path);
      opened.close();
      expect(opened.files.map((file) => file.name)).toContain(name);
      const directoryAt = archive.lastIndexOf(Buffer.from("PK\x01\x02"));
      archive.writeUInt32LE(1, directoryAt + 16);
      expect(await problemOf(archive)).toBe(`${name}: its checksum is wrong`);
    }
  });

  test("that is larger than it says is refused", async () => {
    const size = uint32(Buffer.from(tradeText(), "latin1").length);
    const archive = await archiveOf({ a: Buffer.from(tradeText(), "latin1") }, { dataDescriptor: false });
    expect(archive.includes(size)).toBe(true);
    expect(await problemOf(patched(archive, size, uint32(100)))).toContain("no whole zip archive");
  });

  test("that unpacks to far more than it is is refused before it is read", async () => {
    const bomb = await archiveOf({ [DETAIL]: Buffer.concat([Buffer.from("#"), Buffer.alloc(10 * 1024 ** 2)]) });
    expect(await problemOf(bomb)).toMatch(/10485761 bytes out of \d+/);
    expect(await problemOf(await archiveOf(BILL), { maxRatio: 1 })).toContain("bytes out of");
  });

  test("keeps to the limits of an archive", async () => {
    const archive = await archiveOf(BILL);
    expect(await problemOf(archive, { maxBytes: 1000 })).toBe("an archive of more than 1000 bytes");
    const many = Object.fromEntries(Array.from({ length: 21 }, (_, index) => [`${index}.csv`, tradeText()]));
    expect(await problemOf(await archiveOf(many))).toBe("an archive of 21 files");
  });

  test("that is encrypted is refused", async () => {
    const archive = await archiveOf(BILL, { password: "1234", zipCrypto: true });
    expect(await problemOf(archive)).toContain("encrypted");
  });

  test("is another account's, another day's or of another kind", async () => {
    const archive = await archiveOf(BILL);
    expect(await problemOf(archive, {}, "2088000000000002")).toContain("another account, 20880000000000010156");
    expect(await problemOf(await archiveOf({ [DETAIL]: tradeText({ day: "2026年11月19日" }) }))).toBe(
      `${DETAIL}: the bill of 2026-11-19`,
    );
    const expected = { billKind: "fund_flow", businessDay: DAY, sellerId: SELLER } as const;
    expect(await problemOfBill(await pathOf(archive), expected)).toContain("not a file of this bill");
  });

  test("that the disk does not give is nobody's fault", async () => {
    const gone = { billKind: "trade", businessDay: DAY, sellerId: SELLER } as const;
    await expect(problemOfBill(join(directory, "gone.zip"), gone)).rejects.toMatchObject({ code: "ENOENT" });
  });
});

describe("the names in an archive", () => {
  test.each([
    ["GBK bytes under no flag", {}],
    [
      "UTF-8 under its flag",
      { useUnicodeFileNames: true, encodeText: (text: string) => new TextEncoder().encode(text) },
    ],
  ])("are read as %s", async (_name, options) => {
    const archive = await openArchive(await pathOf(await archiveOf(BILL, options)));
    archive.close();
    expect(archive.files.map(({ name }) => name)).toEqual([DETAIL, SUMMARY]);
  });

  test("are told without what a terminal obeys, and no longer than people read", async () => {
    const archive = await openArchive(await pathOf(await archiveOf({ [`\u001b[31m${"a".repeat(200)}`]: "x" })));
    archive.close();
    expect(archive.files.map(({ name }) => name)).toEqual([`[31m${"a".repeat(95)}`]);
  });
});
