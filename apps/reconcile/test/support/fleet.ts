import { randomBytes } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createPayhubClient, type PayhubClient, type Payment } from "@payhub/client";
import type { Clock } from "@payhub/domain";
import { createLog, openContext } from "@payhub/runtime";
import {
  type Caller,
  checkInvariants,
  createApp,
  grantAccount,
  openAccount,
  openMerchant,
  type ServiceContext,
  type Violation,
} from "@payhub/services";
import { createAlipayMerchant, createWechatpayMerchant, type Simulator, startSimulator } from "@payhub/simulator";
import { createMysqlDatabase, killProgram, type Program, spawnProgram, testServices, written } from "@payhub/testkit";
import { type FrontDoor, openFrontDoor } from "./front-door.ts";

const API = new URL("../../../api/src/main.ts", import.meta.url);
const RECONCILE = new URL("../../src/main.ts", import.meta.url);
const COMMAND = new URL("../../src/reconcile-command.ts", import.meta.url);
const SHIFT_CLOCK = new URL("./shift-clock.ts", import.meta.url);

export const CHANNELS = ["wechatpay", "alipay"] as const;
export type Channel = (typeof CHANNELS)[number];

/** A running process of the platform. */
export interface Member extends Program {
  /** Where an api listens; what a reconcile process leads under. */
  name: string;
}

/** One database and Redis, both channels, and any number of processes behind one front door. */
export interface Fleet {
  /** A process of its own on the same books, in the test. */
  ctx: ServiceContext;
  simulator: Simulator;
  /** Where the books are; a copy of them is opened with the same keys. */
  databaseUrl: string;
  /** What the fleet was made with and nobody may read anywhere, each as one line. */
  secrets: readonly string[];
  door: FrontDoor;
  /** Calls through the front door. */
  client: PayhubClient;
  clientAt(url: string): PayhubClient;
  caller: Caller;
  accounts: Record<Channel, string>;
  /** Starts an api that channels call back at `publicUrl`, the front door unless told otherwise. */
  api(own?: Record<string, string>): Promise<Member>;
  reconcile(own?: Record<string, string>): Promise<Member>;
  /** Runs the command `reconcile` in a process of its own. */
  command(args: readonly string[], own?: Record<string, string>): Program;
  /** Where bills are kept. */
  billDirectory: string;
  /** A context whose clock is its own; closed with the fleet. */
  contextAt(clock: Clock): Promise<ServiceContext>;
  /** What breaks the invariants, the channels' ledgers included. */
  violations(): Promise<Violation[]>;
  close(): Promise<void>;
}

/**
 * Sets the stage, with no process on it; `redisUrl` is where the processes find Redis, `clock` the time that channels and
 * processes live in, each process as far from the machine's own as it was when it started.
 */
export async function openFleet({
  redisUrl = testServices().redisUrl,
  clock: ownClock,
  simulatorFile,
}: {
  redisUrl?: string;
  clock?: Clock;
  /** Keeps the channels' own books as a SQLite file. */
  simulatorFile?: string;
} = {}): Promise<Fleet> {
  const database = await createMysqlDatabase(testServices().mysqlUrl);
  const masterKey = randomBytes(32).toString("base64");
  const atWechatpay = await createWechatpayMerchant();
  const atAlipay = await createAlipayMerchant();
  const billDirectory = await mkdtemp(join(tmpdir(), "payhub-bills-"));
  const simulator = await startSimulator({
    now: ownClock?.now,
    dataFile: simulatorFile,
    wechatpay: { merchants: [atWechatpay.merchant] },
    alipay: { merchants: [atAlipay.merchant] },
  });
  const door = await openFrontDoor();
  const contexts: ServiceContext[] = [];
  const members: Pick<Program, "child" | "exited">[] = [];

  async function contextAt(clock = ownClock): Promise<ServiceContext> {
    const options = {
      databaseUrl: database.url,
      masterKeys: [{ id: "k1", key: masterKey }] as const,
      publicUrl: door.url,
      migrate: contexts.length === 0,
      ...(clock && { clock }),
    };
    const ctx = await openContext(options, createLog({ app: "test", level: "silent" }));
    contexts.push(ctx);
    return ctx;
  }

  const env = {
    NODE_ENV: "test",
    PAYHUB_HOST: "127.0.0.1",
    PAYHUB_PORT: "0",
    PAYHUB_DATABASE_URL: database.url,
    PAYHUB_REDIS_URL: redisUrl,
    PAYHUB_MASTER_KEYS: `k1:${masterKey}`,
    PAYHUB_PUBLIC_URL: door.url,
    PAYHUB_CHANNEL_DEADLINE_MS: "1000",
    PAYHUB_BILL_STORE: `file:${billDirectory}`,
  };

  function spawn(main: URL, own: Record<string, string>, args: readonly string[] = []): Program {
    const shifted = ownClock && {
      NODE_OPTIONS: `--import ${SHIFT_CLOCK}`,
      TEST_CLOCK_AHEAD_MS: String(ownClock.now() - Date.now()),
    };
    const program = spawnProgram(main, { ...env, ...shifted, ...own }, args);
    members.push(program);
    return program;
  }

  async function start(main: URL, own: Record<string, string>, name: RegExp): Promise<Member> {
    const program = spawn(main, own);
    return { ...program, name: await written(program, name) };
  }

  const ctx = await contextAt();
  const { merchantNo } = await openMerchant(ctx, { name: "示例商户" });
  const { app, secret } = await createApp(ctx, { name: "mall" });
  const open = async (channel: Channel, credentials: object) => {
    const endpoint = simulator.urls[channel];
    const { accountNo } = await openAccount(ctx, {
      merchantNo,
      channel,
      name: channel,
      credentials: { ...credentials, endpoint },
    });
    await grantAccount(ctx, { appId: app.appId, accountNo });
    return accountNo;
  };
  const { appId } = app;
  const clientAt = (url: string) => createPayhubClient({ url, appId, secret, retries: 20 });

  return {
    ctx,
    simulator,
    databaseUrl: database.url,
    secrets: [masterKey, secret, ...secretsOf(atWechatpay.credentials), ...secretsOf(atAlipay.credentials)],
    door,
    client: clientAt(door.url),
    clientAt,
    caller: { appId },
    accounts: {
      wechatpay: await open("wechatpay", atWechatpay.credentials),
      alipay: await open("alipay", atAlipay.credentials),
    },
    api: (own = {}) => start(API, own, /"url":"(http[^"]+)"/),
    reconcile: (own = {}) => start(RECONCILE, own, /"holder":"([^"]+)"/),
    command: (args, own = {}) => spawn(COMMAND, own, args),
    billDirectory,
    contextAt,
    violations: () => checkInvariants(ctx.store.db, { channelTrades: simulator.ledger() }),
    async close() {
      await Promise.all(members.map(killProgram));
      await door.close();
      await simulator.stop();
      for (const { coordination, store } of contexts) {
        await coordination.close();
        await store.close();
      }
      await database.drop();
      await rm(billDirectory, { recursive: true });
    },
  };
}

/** The keys among credentials; of those of many lines one from the middle, since all begin alike. */
function secretsOf(credentials: object): string[] {
  return Object.entries(credentials).flatMap(([name, value]) => {
    if (!/private|apiV3/i.test(name)) return [];
    const lines = String(value).trim().split("\n");
    return lines[Math.floor(lines.length / 2)] ?? [];
  });
}

/** A fresh order at a channel, as the client takes it. */
export function orderAt({ accounts }: Pick<Fleet, "accounts">, channel: Channel) {
  const orderNo = `order-${randomBytes(12).toString("hex")}`;
  return { orderNo, accountNo: accounts[channel], scene: "qr", amount: 1288, subject: "一杯咖啡" } as const;
}

/** What the payer scans. */
export function codeUrlOf({ action }: Pick<Payment, "action">): string {
  if (action.type !== "show_qr") throw new Error(`the payer is asked for "${action.type}"`);
  return action.codeUrl;
}
