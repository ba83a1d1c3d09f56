import { spawn } from "node:child_process";
import { getRandomValues } from "node:crypto";
import { once } from "node:events";
import { Worker } from "node:worker_threads";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Randomness } from "./clock.ts";
import { isNumberOf, issueNumber, NUMBER_PREFIXES, type NumberKind } from "./number.ts";

const KINDS = Object.keys(NUMBER_PREFIXES) as NumberKind[];
const NOW = Date.UTC(2026, 10, 21, 0, 0, 0, 7);
const random: Randomness = { bytes: (size) => getRandomValues(new Uint8Array(size)), fraction: () => Math.random() };
const issueAt = (kind: NumberKind, nowMs: number, from = random) =>
  issueNumber(kind, { clock: { now: () => nowMs }, random: from });

describe("the shape of a number", () => {
  it.each(KINDS)("%s: prefix, China time to the millisecond, twelve characters of chance", (kind) => {
    const number = issueAt(kind, NOW);
    expect(number).toMatch(new RegExp(`^${NUMBER_PREFIXES[kind]}20261121080000007[0-9A-HJKMNP-TV-Z]{12}$`));
    expect(number.length).toBeLessThanOrEqual(32);
  });

  it("fits WeChat Pay's out_trade_no and Alipay's, whatever the bytes and the time", () => {
    const bytes = fc.uint8Array({ minLength: 12, maxLength: 12 });
    const at = fc.integer({ min: 0, max: Date.UTC(9999, 0) });
    fc.assert(
      fc.property(fc.constantFrom(...KINDS), at, bytes, (kind, nowMs, tail) => {
        const number = issueAt(kind, nowMs, { bytes: () => tail, fraction: () => 0 });
        expect(number).toMatch(/^[0-9A-Za-z]{6,32}$/);
        expect(isNumberOf(kind, number)).toBe(true);
      }),
    );
  });

  it("spends all five low bits of each byte, so that 60 random bits reach the number", () => {
    const tails = Array.from({ length: 32 }, (_, byte) =>
      issueAt("attempt", NOW, { bytes: (size) => new Uint8Array(size).fill(byte), fraction: () => 0 }).slice(-12),
    );
    expect(new Set(tails).size).toBe(32);
    expect(new Set(tails.join("")).size).toBe(32);
  });

  it("has a prefix of its own for each kind, and none is taken for another's", () => {
    expect(new Set(Object.values(NUMBER_PREFIXES)).size).toBe(KINDS.length);
    for (const kind of KINDS) {
      const number = issueAt(kind, NOW);
      expect(KINDS.filter((other) => isNumberOf(other, number))).toEqual([kind]);
    }
  });

  it("sorts by time", () => {
    const at = fc.integer({ min: 0, max: Date.UTC(2100, 0) });
    fc.assert(
      fc.property(at, at, (a, b) => {
        fc.pre(a !== b);
        expect(issueAt("payment", a) < issueAt("payment", b)).toBe(a < b);
      }),
    );
  });
});

describe("isNumberOf", () => {
  const number = issueAt("payment", NOW);
  it.each([
    ["nothing", ""],
    ["the prefix alone", "P"],
    ["another kind", `T${number.slice(1)}`],
    ["a lower-case prefix", number.toLowerCase()],
    ["a letter that is not in the alphabet", `${number.slice(0, -1)}I`],
    ["one character less", number.slice(0, -1)],
    ["one character more", `${number}0`],
    ["a line break at its end", `${number}\n`],
    ["a space before it", ` ${number}`],
    ["digits of another script", number.replace("2026", "２０２６")],
    ["a pattern", "P%"],
  ])("refuses %s", (_what, text) => {
    expect(isNumberOf("payment", text)).toBe(false);
  });
});

const PER_ISSUER = 50_000;
// The clocks stand still on one millisecond: nothing but chance keeps the issuers apart.
const ISSUER = `
  import(${JSON.stringify(new URL("./number.ts", import.meta.url).href)}).then(async ({ issueNumber }) => {
    const sources = {
      clock: { now: () => ${NOW} },
      random: { bytes: (size) => crypto.getRandomValues(new Uint8Array(size)), fraction: () => 0 },
    };
    const numbers = Array.from({ length: ${PER_ISSUER} }, () => issueNumber("attempt", sources)).join(" ");
    const { parentPort } = await import("node:worker_threads");
    if (parentPort) parentPort.postMessage(numbers); else process.stdout.write(numbers);
  });`;

async function issueInWorker(): Promise<string> {
  const worker = new Worker(ISSUER, { eval: true, execArgv: [], env: {} });
  const [numbers] = (await once(worker, "message")) as [string];
  return numbers;
}

async function issueInProcess(): Promise<string> {
  const child = spawn(process.execPath, ["-e", ISSUER], { stdio: ["ignore", "pipe", "inherit"], env: {} });
  let numbers = "";
  child.stdout.setEncoding("utf8").on("data", (chunk: string) => {
    numbers += chunk;
  });
  const [code] = (await once(child, "close")) as [number];
  expect(code).toBe(0);
  return numbers;
}

describe("without coordination", () => {
  it("two threads and two processes issue 200,000 numbers of one millisecond, and no two are equal", async () => {
    const issued = await Promise.all([issueInWorker(), issueInWorker(), issueInProcess(), issueInProcess()]);
    const all = issued.flatMap((numbers) => numbers.split(" "));
    expect(all).toHaveLength(4 * PER_ISSUER);
    expect(new Set(all).size).toBe(all.length);
  }, 60_000);
});
