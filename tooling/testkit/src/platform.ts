import { randomBytes } from "node:crypto";
import { alipay, type ChannelPlugin, createRegistry, wechatpay } from "@payhub/channels";
import type { App, ChannelAccount, SceneInput } from "@payhub/domain";
import {
  type AlertKind,
  type Caller,
  checkInvariants,
  createAccountConnections,
  createApp,
  createEventPublisher,
  DEFAULT_SETTINGS,
  type FaultPoint,
  grantAccount,
  noFault,
  type OrderFields,
  openAccount,
  openMerchant,
  type PaymentOrder,
  type ServiceContext,
  type Settings,
  type Violation,
} from "@payhub/services";
import {
  type AlipayMerchant,
  createAlipayMerchant,
  createWechatpayMerchant,
  type Simulator,
  type SimulatorOptions,
  startSimulator,
  type WechatpayMerchant,
} from "@payhub/simulator";
import { createKeyring } from "@payhub/store";
import type { Backend } from "./backends.ts";
import { startCallbackGateway } from "./callback-gateway.ts";
import { type ManualClock, manualClock } from "./clock.ts";
import { seededRandom } from "./random.ts";

/** What the platform told people. */
export interface RaisedAlert {
  kind: AlertKind;
  facts: Record<string, unknown>;
}

/** The whole platform without its api: services on a backend, with real channels against a simulator that shares its clock. */
export interface TestPlatform {
  ctx: ServiceContext;
  simulator: Simulator;
  clock: ManualClock;
  alerts: RaisedAlert[];
  app: App;
  secret: string;
  caller: Caller;
  accounts: { wechatpay: ChannelAccount; alipay: ChannelAccount };
  /** The merchant as each channel knows it, with the channel's own keys. */
  merchants: { wechatpay: WechatpayMerchant; alipay: AlipayMerchant };
  /** An order with a fresh number and key, paid to the WeChat Pay account unless told otherwise. */
  order(changes?: Partial<OrderFields>, input?: SceneInput): PaymentOrder;
  /** A context of another process on the same books. */
  another(changes: Partial<ServiceContext>): ServiceContext;
  /** What breaks the invariants, the channels' ledgers included. */
  violations(): Promise<Violation[]>;
  close(): Promise<void>;
}

/** How a test platform differs from the plain one. */
export interface TestPlatformOptions {
  oneCent?: boolean;
  settings?: Partial<Settings>;
  fault?: FaultPoint;
  simulator?: Pick<SimulatorOptions, "speed">;
  initiationGapMs?: number;
  /** None unless given: scripted faults would open it. */
  circuit?: { failures: number; halfOpenAfterMs: number };
  clock?: ManualClock;
  /** What both accounts agreed on with their channels, per 10,000; nothing unless given. */
  feeRate?: number;
  /** Channels beside the two, as lines in the registry. */
  plugins?: readonly ChannelPlugin[];
}

let orders = 0;

/** Opens a platform on a backend with one merchant, one app and an account at each channel. */
export async function openPlatform(backend: Backend, options: TestPlatformOptions = {}): Promise<TestPlatform> {
  // Certificates made for the test are valid from the moment they were made.
  const clock = options.clock ?? manualClock(Date.now());
  const alerts: RaisedAlert[] = [];
  const atWechatpay = await createWechatpayMerchant();
  const atAlipay = await createAlipayMerchant();
  const simulator = await startSimulator({
    ...options.simulator,
    now: clock.now,
    wechatpay: { merchants: [atWechatpay.merchant] },
    alipay: { merchants: [atAlipay.merchant] },
  });
  const gateway = await startCallbackGateway(() => ctx);
  const ctx = contextOf(backend, { ...options, clock, alerts, publicUrl: gateway.url });
  const merchant = await openMerchant(ctx, { name: "示例商户" });
  const rate = options.feeRate === undefined ? {} : { feeRate: options.feeRate };
  const open = (channel: string, credentials: unknown) =>
    openAccount(ctx, { merchantNo: merchant.merchantNo, channel, name: channel, credentials, ...rate });
  const accounts = {
    wechatpay: await open("wechatpay", { ...atWechatpay.credentials, endpoint: simulator.urls.wechatpay }),
    alipay: await open("alipay", { ...atAlipay.credentials, endpoint: simulator.urls.alipay }),
  };
  const { initiationGapMs } = options;
  const { app, secret } = await createApp(ctx, {
    name: "shop",
    ...(initiationGapMs !== undefined && { initiationGapMs }),
  });
  for (const { accountNo } of Object.values(accounts)) await grantAccount(ctx, { appId: app.appId, accountNo });
  return {
    ctx,
    simulator,
    clock,
    alerts,
    app,
    secret,
    caller: { appId: app.appId },
    accounts,
    merchants: { wechatpay: atWechatpay.merchant, alipay: atAlipay.merchant },
    order: (changes, input = { scene: "qr" }) => ({
      idempotencyKey: randomBytes(16).toString("hex"),
      orderNo: `ORDER-${++orders}-${randomBytes(4).toString("hex")}`,
      accountNo: accounts.wechatpay.accountNo,
      amount: 1288,
      subject: "两杯咖啡",
      expiresIn: 900,
      ...changes,
      ...input,
    }),
    another: (changes) => ({ ...ctx, ...changes }),
    violations: () => checkInvariants(ctx.store.db, { channelTrades: simulator.ledger() }),
    async close() {
      await simulator.stop();
      await gateway.close();
      await ctx.publisher.settled();
    },
  };
}

function contextOf(
  { store, coordination }: Backend,
  options: TestPlatformOptions & { clock: ManualClock; alerts: RaisedAlert[]; publicUrl: string },
): ServiceContext {
  const { clock, alerts, publicUrl } = options;
  const random = seededRandom(randomBytes(4).readUInt32LE());
  const channels = createRegistry([wechatpay, alipay, ...(options.plugins ?? [])]);
  const keyring = createKeyring({ keys: [{ id: "test", key: randomBytes(32).toString("base64") }] });
  const settings = { ...DEFAULT_SETTINGS, oneCent: options.oneCent ?? false, publicUrl, ...options.settings };
  const quiet = () => {};
  const log = { debug: quiet, info: quiet, warn: quiet, error: quiet };
  return {
    store,
    coordination,
    channels,
    keyring,
    clock,
    random,
    log,
    settings,
    connections: createAccountConnections({
      store,
      channels,
      keyring,
      clock,
      random,
      deadlineMs: settings.channelDeadlineMs,
      alert: (kind, facts) => alerts.push({ kind, facts }),
      ...(options.circuit && { circuit: options.circuit }),
    }),
    publisher: createEventPublisher({
      store,
      wakeUps: coordination.wakeUps,
      clock,
      onError: (error) => {
        throw error;
      },
    }),
    alert: (kind, facts) => alerts.push({ kind, facts }),
    fault: options.fault ?? noFault,
  };
}
