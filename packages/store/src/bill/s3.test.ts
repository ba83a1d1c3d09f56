import { once } from "node:events";
import { mkdir, mkdtemp, readdir, rm, stat, writeFile } from "node:fs/promises";
import { createServer, type IncomingHttpHeaders } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type ManualClock, manualClock, networkFault } from "@payhub/testkit";
import S3rver from "s3rver";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from "vitest";
import type { BillStore } from "./bill-store.ts";
import { describeBillStore } from "./bill-store-contract.ts";
import { openBillStore } from "./open.ts";

const BUCKET = "bills";
/** The pair that the server knows. */
const keys = { accessKeyId: "S3RVER", secretAccessKey: "S3RVER" };

let directory: string;
let server: S3rver;
let endpoint: string;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), "s3-server-"));
  const scratch = join(directory, "scratch");
  await mkdir(scratch);
  // Of its own: a store sweeps by its clock, and the clocks of other tests are elsewhere.
  vi.stubEnv("TMPDIR", scratch);
  server = new S3rver({
    directory,
    address: "127.0.0.1",
    port: 0,
    silent: true,
    configureBuckets: [{ name: BUCKET, configs: [] }],
  });
  endpoint = `http://127.0.0.1:${(await server.run()).port}`;
});

afterAll(async () => {
  await server.close();
  vi.unstubAllEnvs();
  await rm(directory, { recursive: true });
});

function open(clock: ManualClock, at = endpoint, options: { accessKeyId?: string; idleTimeoutMs?: number } = {}) {
  return openBillStore({
    url: `s3://${BUCKET}/kept/here?region=cn-north-1&endpoint=${at}`,
    clock,
    ...keys,
    ...options,
  });
}

const fileOf = (digest: string) => join(directory, BUCKET, "kept", "here", `${digest}._S3rver_object`);

/** The test's server answers before the last bytes are in its file, as no store for bills may. */
function patient(store: BillStore): BillStore {
  return {
    ...store,
    async keep(path) {
      const kept = await store.keep(path);
      const size = () => stat(fileOf(kept.digest)).then((file) => file.size);
      await expect.poll(size, { timeout: 15_000 }).toBe(kept.sizeBytes);
      return kept;
    },
  };
}

describeBillStore("bills in S3", async (clock) => ({
  store: patient(await open(clock)),
  again: () => open(clock),
  overwrite: (digest, bytes) => writeFile(fileOf(digest), bytes),
  async close() {},
}));

describe("S3 that does not do what it should", () => {
  const clock = manualClock(1_000);
  let path: string;
  let downloads: string;

  beforeEach(async () => {
    downloads = await mkdtemp(join(tmpdir(), "downloads-"));
    path = join(downloads, "bill");
    await writeFile(path, Buffer.alloc(3_000_000, "bill"));
  });

  afterEach(() => rm(downloads, { recursive: true }));

  async function failure(work: Promise<unknown>): Promise<{ reason: unknown; text: string; elapsedMs: number }> {
    const startedAt = performance.now();
    const error: unknown = await work.then(
      () => null,
      (thrown) => thrown,
    );
    const reason = error instanceof Error && "reason" in error ? error.reason : null;
    return { reason, text: String(error), elapsedMs: performance.now() - startedAt };
  }

  test("a key that it does not know: the file stays, and the error names no key", async () => {
    const store = await open(clock, endpoint, { accessKeyId: "STRANGER" });
    const { reason, text } = await failure(store.keep(path));
    expect(reason).toBe("unavailable");
    expect(text).toMatch(/403$/);
    expect(text).not.toMatch(/STRANGER|S3RVER/);
    expect(await readdir(downloads)).toEqual(["bill"]);
    await store.close();
  });

  test.each(["cut", "hang"] as const)("the network is %s: an error in time, then it works again", async (how) => {
    const fault = await networkFault(endpoint);
    const store = patient(await open(clock, new URL(fault.url).origin, { idleTimeoutMs: 1000 }));
    const { digest } = await store.keep(path);
    fault[how]();
    const opening = await failure(store.open(digest));
    await writeFile(path, "another");
    const keeping = await failure(store.keep(path));
    expect([opening.reason, keeping.reason]).toEqual(["unavailable", "unavailable"]);
    expect(Math.max(opening.elapsedMs, keeping.elapsedMs)).toBeLessThan(10_000);
    fault.heal();
    await store.keep(path);
    await (await store.open(digest)).release();
    await store.close();
    await fault.close();
  });

  test("falls silent in the middle of a body: an error in time, and no scratch is left", async () => {
    const silent = createServer((_request, response) => {
      response.writeHead(200, { "content-length": "1000" });
      response.write("half");
    });
    await once(silent.listen(0, "127.0.0.1"), "listening");
    const { port } = silent.address() as AddressInfo;
    const store = await open(clock, `http://127.0.0.1:${port}`, { idleTimeoutMs: 300 });
    const { reason, elapsedMs } = await failure(store.open("0".repeat(64)));
    expect(reason).toBe("unavailable");
    expect(elapsedMs).toBeLessThan(10_000);
    expect((await readdir(tmpdir())).filter((name) => name.startsWith("payhub-bill-"))).toEqual([]);
    await store.close();
    silent.closeAllConnections();
    silent.close();
  });

  test("what goes over the wire is signed with its digest, and has nothing that only Amazon knows", async () => {
    const seen: { method: string | undefined; url: string | undefined; headers: IncomingHttpHeaders }[] = [];
    const recorder = createServer((request, response) => {
      const { method, url, headers } = request;
      seen.push({ method, url, headers });
      request.resume().on("end", () => response.writeHead(method === "HEAD" ? 404 : 200).end());
    });
    await once(recorder.listen(0, "127.0.0.1"), "listening");
    const { port } = recorder.address() as AddressInfo;
    const store = await open(clock, `http://127.0.0.1:${port}`);
    const { digest } = await store.keep(path);
    expect(seen.map(({ method, url }) => `${method} ${url}`)).toEqual([
      `HEAD /${BUCKET}/kept/here/${digest}`,
      `PUT /${BUCKET}/kept/here/${digest}?x-id=PutObject`,
    ]);
    const put = seen[1]?.headers ?? {};
    expect(put.authorization).toMatch(/^AWS4-HMAC-SHA256 Credential=S3RVER\/\d{8}\/cn-north-1\/s3\/aws4_request, /);
    expect(put).toMatchObject({ "content-length": "3000000", "x-amz-content-sha256": digest });
    const special = /^(x-amz-(checksum|sdk|trailer)|content-encoding|transfer-encoding|expect$)/;
    expect(Object.keys(put).filter((header) => special.test(header))).toEqual([]);
    await store.close();
    recorder.close();
  });

  test("an overloaded server is asked three times, a body is sent once, and nothing is written to the console", async () => {
    const methods: (string | undefined)[] = [];
    const overloaded = createServer((request, response) => {
      methods.push(request.method);
      const status = methods.length === 3 ? 404 : 503;
      request.resume().on("end", () => response.writeHead(status).end());
    });
    await once(overloaded.listen(0, "127.0.0.1"), "listening");
    const { port } = overloaded.address() as AddressInfo;
    const warn = vi.spyOn(console, "warn");
    const store = await open(clock, `http://127.0.0.1:${port}`);
    expect((await failure(store.keep(path))).text).toMatch(/storing bill [0-9a-f]{64}: \w+ 503$/);
    expect(methods).toEqual(["HEAD", "HEAD", "HEAD", "PUT"]);
    expect(warn).not.toHaveBeenCalled();
    expect(await readdir(downloads)).toEqual(["bill"]);
    warn.mockRestore();
    await store.close();
    overloaded.close();
  });
});
