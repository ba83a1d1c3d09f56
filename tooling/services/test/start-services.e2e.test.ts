import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { chmodSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startServices } from "@payhub/dev-services";
import { afterEach, describe, expect, it, vi } from "vitest";
import { mysqlProbe, type Probe, redisProbe, waitUntilAnswers } from "../src/wait-until-answers.ts";

const given = { PAYHUB_MYSQL_URL: "mysql://given", PAYHUB_REDIS_URL: "redis://given" };
const log = () => undefined;

const holders: ChildProcess[] = [];
const directories: string[] = [];
afterEach(() => {
  for (const holder of holders.splice(0)) holder.kill("SIGKILL");
  for (const directory of directories.splice(0)) rmSync(directory, { recursive: true, force: true });
});

/** Another process that holds private services below its own temporary directory. */
async function holdServices() {
  const directory = mkdtempSync(join(tmpdir(), "payhub-holder-"));
  directories.push(directory);
  // The database server runs as another user.
  chmodSync(directory, 0o711);
  const env = { PATH: process.env.PATH, TMPDIR: directory };
  const holder = spawn(process.execPath, [join(import.meta.dirname, "hold-services.ts")], { env, stdio: "pipe" });
  holders.push(holder);
  let complaint = "";
  holder.stderr.on("data", (chunk) => {
    complaint += chunk;
  });
  const ended = once(holder, "exit").then(() => Promise.reject(new Error(`ended before it was ready: ${complaint}`)));
  ended.catch(() => undefined);
  const [line] = await Promise.race([once(holder.stdout, "data"), ended]);
  const { mysqlUrl, redisUrl } = JSON.parse(String(line));
  const probes = [mysqlProbe(portOf(mysqlUrl)), redisProbe(portOf(redisUrl))];
  return { holder, directory, probes };
}

const portOf = (url: string) => Number(new URL(url).port);

const answers = (probe: Probe) =>
  waitUntilAnswers(probe, { timeoutMs: 0, gone: () => false }).then(
    () => true,
    () => false,
  );

const answering = (probes: Probe[]) => Promise.all(probes.map(answers));

describe("startServices", () => {
  it("uses the services that the environment names", async () => {
    const services = await startServices({ env: given, durable: false, log });
    expect(services).toMatchObject({ mysqlUrl: "mysql://given", redisUrl: "redis://given" });
    await services.stop();
  });

  it("starts the one that the environment does not name, and stops it", async () => {
    const services = await startServices({ env: { ...given, PAYHUB_REDIS_URL: "" }, durable: false, log });
    const probe = redisProbe(portOf(services.redisUrl));
    expect(services.mysqlUrl).toBe("mysql://given");
    expect(await answers(probe)).toBe(true);
    await services.stop();
    expect(await answers(probe)).toBe(false);
  });

  it.each(["SIGINT", "SIGTERM"] as const)("leaves nothing behind on %s", async (signal) => {
    const { holder, directory, probes } = await holdServices();
    expect(await answering(probes)).toEqual([true, true]);
    holder.kill(signal);
    await once(holder, "exit");
    await vi.waitFor(async () => expect(await answering(probes)).toEqual([false, false]), { timeout: 15_000 });
    expect(readdirSync(directory)).toEqual([]);
  });

  it("leaves nothing behind when its process crashes", async () => {
    const { holder, directory, probes } = await holdServices();
    holder.stdin.write("crash");
    await once(holder, "exit");
    await vi.waitFor(async () => expect(await answering(probes)).toEqual([false, false]), { timeout: 15_000 });
    expect(readdirSync(directory)).toEqual([]);
  });

  it("leaves no server behind when its process is killed outright", async () => {
    const { holder, probes } = await holdServices();
    holder.kill("SIGKILL");
    await once(holder, "exit");
    await vi.waitFor(async () => expect(await answering(probes)).toEqual([false, false]), { timeout: 15_000 });
  });
});
