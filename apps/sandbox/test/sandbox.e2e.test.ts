import { mkdtemp, readFile, rm, stat, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createPayhubClient } from "@payhub/client";
import { afterEach, beforeEach, expect, it } from "vitest";
import { findPortBase, isFree, type SandboxLine, type SandboxProcess, spawnSandbox } from "./sandbox-process.ts";

let dataDir: string;
let portBase: number;
let running: SandboxProcess[] = [];

beforeEach(async () => {
  dataDir = await mkdtemp(join(tmpdir(), "payhub-sandbox-"));
  portBase = await findPortBase();
});
afterEach(async () => {
  for (const { child, ended } of running) {
    child.kill("SIGKILL");
    await ended;
  }
  running = [];
  await rm(dataDir, { recursive: true, force: true });
});

function start(...args: string[]): SandboxProcess {
  const sandbox = spawnSandbox(["--port-base", String(portBase), "--data-dir", dataDir, ...args]);
  running.push(sandbox);
  return sandbox;
}

async function startJson(...args: string[]): Promise<SandboxProcess & { line: SandboxLine }> {
  const sandbox = start("--json", ...args);
  return { ...sandbox, line: JSON.parse(await sandbox.firstLine) as SandboxLine };
}

const order = (accountNo: string) =>
  ({ orderNo: `order-${Date.now()}`, accountNo, scene: "qr", amount: 1288, subject: "茶" }) as const;

it("makes one round trip, tells each step of it, and ends", async () => {
  const { code, stdout } = await start("--once").ended;
  expect(code).toBe(0);
  const text = stdout.join("\n");
  for (const step of [
    "order ",
    "payment ",
    "code ",
    "phone ",
    "callback ",
    "event     payment.succeeded",
    "books     succeeded",
  ]) {
    expect(text).toContain(step);
  }
  expect(text).toContain("one-cent switch  ON");
  expect(await isFree(portBase)).toBe(true);
});

it("prints one line of JSON, and the same credentials after a restart with its data kept", async () => {
  const first = await start("--once", "--json").ended;
  expect(first.code).toBe(0);
  expect(first.stdout).toHaveLength(1);
  const { line, child, ended } = await startJson();
  expect(line).toEqual(JSON.parse(first.stdout[0] ?? ""));
  expect(Object.keys(line).sort()).toEqual(["accounts", "alipay", "api", "appId", "phone", "secret", "wechatpay"]);
  expect(line.api).toBe(`http://127.0.0.1:${portBase}`);
  for (const file of ["sandbox.json", "payhub.env"]) expect((await stat(join(dataDir, file))).mode & 0o077).toBe(0);

  const client = createPayhubClient({ url: line.api, appId: line.appId, secret: line.secret });
  const made = await client.payments.create.mutate(order(line.accounts.alipay));
  if (made.action.type !== "show_qr") throw new Error("no code");
  child.kill("SIGINT");
  expect(await ended).toMatchObject({ code: 0, stderr: "" });

  const again = await startJson();
  const phone = (path: string) =>
    fetch(`${again.line.phone}/api/${path}`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ code: made.action.type === "show_qr" ? made.action.codeUrl : "" }),
    });
  expect((await phone("open")).status).toBe(200);
  expect((await phone("pay")).status).toBe(200);
  const { events } = await client.events.pull.mutate({ waitMs: 20_000 });
  expect(events).toMatchObject([{ type: "payment.succeeded", data: { paymentNo: made.paymentNo, channel: "alipay" } }]);
});

it("asks for one fen while the switch is on and for the amount when it is off", async () => {
  const on = await startJson();
  const client = ({ api, appId, secret }: SandboxLine) => createPayhubClient({ url: api, appId, secret });
  expect(await client(on.line).payments.create.mutate(order(on.line.accounts.wechatpay))).toMatchObject({
    amount: 1288,
    chargedAmount: 1,
    oneCent: true,
  });
  on.child.kill("SIGINT");
  await on.ended;
  const off = await startJson("--one-cent", "off");
  expect(await client(off.line).payments.create.mutate(order(off.line.accounts.wechatpay))).toMatchObject({
    amount: 1288,
    chargedAmount: 1288,
    oneCent: false,
  });
});

it("stops everything on Ctrl-C and leaves no port taken", async () => {
  const { child, ended } = await startJson();
  child.kill("SIGINT");
  child.kill("SIGINT");
  expect(await ended).toMatchObject({ code: 0 });
  for (let port = portBase; port < portBase + 4; port++) expect(await isFree(port)).toBe(true);
});

it("fails when the round trip was not really made", async () => {
  await start("--once").ended;
  const path = join(dataDir, "sandbox.json");
  const state = JSON.parse(await readFile(path, "utf8"));
  state.demo.tour.secret = "sk_another";
  await writeFile(path, JSON.stringify(state));
  const { code, stderr } = await start("--once").ended;
  expect(code).toBe(1);
  expect(stderr).toContain("signature");
});

it("says which port is taken, and what the options are", async () => {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(portBase + 1, "127.0.0.1", resolve));
  const taken = await start("--once").ended;
  server.close();
  expect(taken.code).toBe(1);
  expect(taken.stderr).toContain(String(portBase + 1));
  const wrong = await spawnSandbox(["--one-cent", "maybe"]).ended;
  expect(wrong).toMatchObject({ code: 1, stderr: expect.stringContaining("--one-cent is on or off") });
});
