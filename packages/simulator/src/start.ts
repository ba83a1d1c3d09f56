import type { FastifyInstance } from "fastify";
import type { AlipayOptions } from "./alipay/simulator.ts";
import { createAlipaySimulator } from "./alipay/simulator.ts";
import { createBillDesk } from "./core/bill-desk.ts";
import type { Bills } from "./core/bills.ts";
import { openBook } from "./core/book.ts";
import { createCallbackSender } from "./core/callback-sender.ts";
import type { CallbackSender } from "./core/callbacks.ts";
import type { Call } from "./core/calls.ts";
import { createCallLog } from "./core/calls.ts";
import type { ChannelSimulator, Core, LedgerEntry, SimulatorUrls } from "./core/channel.ts";
import type { SimClock } from "./core/clock.ts";
import { createSimClock } from "./core/clock.ts";
import type { Faults } from "./core/faults.ts";
import { createFaults } from "./core/faults.ts";
import type { PayerActions } from "./core/payer.ts";
import { createPayer } from "./core/payer.ts";
import { createPhoneServer } from "./phone/server.ts";
import { createWechatpaySimulator } from "./wechatpay/simulator.ts";
import type { WechatpayOptions } from "./wechatpay/trade.ts";

export interface SimulatorOptions {
  /** Address to listen on; `127.0.0.1` by default. */
  host?: string | undefined;
  /** Ports; 0 or absent means any free one. */
  ports?: { wechatpay?: number; alipay?: number; phone?: number } | undefined;
  /** SQLite file that keeps the channels' books over a restart; in memory when absent. */
  dataFile?: string | undefined;
  /** How many times faster than real time callback retries and refunds run; 1 by default. */
  speed?: number | undefined;
  /** Base time in epoch ms; `Date.now` by default. */
  now?: (() => number) | undefined;
  wechatpay?: WechatpayOptions | undefined;
  alipay?: AlipayOptions | undefined;
}

/** Running simulators of both channels and their payer. */
export interface Simulator {
  urls: SimulatorUrls;
  clock: SimClock;
  faults: Faults;
  payer: PayerActions;
  /** What was sent, what is owed, and a way to send it now. */
  callbacks: Pick<CallbackSender, "deliveries" | "pending" | "deliverNow" | "idle">;
  /** Every trade at both channels. */
  ledger(): LedgerEntry[];
  /** The newest 100,000 API calls. */
  calls(): Call[];
  bills: Bills;
  /** Closes every socket, timer and file; a second call is harmless. */
  stop(): Promise<void>;
}

/** Starts both channels and the phone page on loopback; rejects when a port is taken. */
export async function startSimulator(options: SimulatorOptions): Promise<Simulator> {
  const { host = "127.0.0.1", ports = {} } = options;
  const clock = createSimClock(options);
  const book = openBook(options);
  const faults = createFaults();
  const callbacks = createCallbackSender({ clock, faults, book });
  let urls: SimulatorUrls = { wechatpay: "", alipay: "", phone: "" };
  const bills = createBillDesk(book);
  const core: Core = { clock, book, faults, callbacks, calls: createCallLog(), bills, urls: () => urls };

  const wechatpay = createWechatpaySimulator(core, options.wechatpay ?? { merchants: [] });
  const alipay = createAlipaySimulator(core, options.alipay ?? { merchants: [] });
  const channels: ChannelSimulator[] = [wechatpay, alipay];
  const payer = createPayer(channels.map((channel) => channel.payer));
  const ledger = () => channels.flatMap((channel) => channel.ledger());
  const phone = createPhoneServer({ core, payer, ledger });
  const servers = [wechatpay.server, alipay.server, phone];

  let stopped: Promise<void> | undefined;
  const stop = () => {
    stopped ??= stopAll();
    return stopped;
  };

  async function stopAll(): Promise<void> {
    clock.stop();
    await callbacks.stop();
    await Promise.all(servers.map((server) => server.close()));
    book.close();
  }

  try {
    urls = {
      wechatpay: await listen(wechatpay.server, host, ports.wechatpay),
      alipay: `${await listen(alipay.server, host, ports.alipay)}/gateway.do`,
      phone: await listen(phone, host, ports.phone),
    };
    callbacks.resume();
    for (const channel of channels) channel.resume?.();
    return { urls, clock, faults, payer, callbacks, ledger, calls: () => core.calls.list(), bills, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

async function listen(server: FastifyInstance, host: string, port = 0): Promise<string> {
  return server.listen({ host, port });
}
