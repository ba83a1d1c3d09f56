import { createHash } from "node:crypto";
import { gunzipSync } from "node:zlib";
import { Formatter } from "wechatpay-axios-plugin";
import type { BillKind } from "../src/index.ts";
import type { Outcome, WechatpayBench } from "./wechatpay-bench.ts";
import { settle } from "./wechatpay-bench.ts";

export type Row = Record<string, string>;

/** A bill as the public client fetched and read it. */
interface FetchedBill {
  asked: Outcome;
  /** As they came over the wire, and without gzip. */
  raw: Buffer;
  bytes: Buffer;
  contentType: unknown;
  /** SHA-1 of `bytes`, in hex. */
  hash: string;
  rows: Row[];
  summary: Row;
}

const paths: Readonly<Record<BillKind, string>> = { trade: "bill/tradebill", fund_flow: "bill/fundflowbill" };

/** Asks where a bill is. */
export function askForBill(bench: WechatpayBench, billKind: BillKind, params: Record<string, string>) {
  return bench.get(paths[billKind], params);
}

/** Follows a download address with the client that is exempt from verifying just there. */
export function download(client: WechatpayBench["client"], address: unknown): Promise<Outcome> {
  const params = Object.fromEntries(new URL(String(address)).searchParams);
  return settle(client.chain("v3/billdownload/file").get({ params, responseType: "arraybuffer" }));
}

export async function fetchBill(
  bench: WechatpayBench,
  billKind: BillKind,
  params: Record<string, string>,
): Promise<FetchedBill> {
  const asked = await askForBill(bench, billKind, params);
  if (asked.status !== 200) throw new Error(JSON.stringify(asked.data));
  const query = Object.fromEntries(new URL(String(asked.data.download_url)).searchParams);
  const request = { params: query, responseType: "arraybuffer" as const };
  const { data, headers } = await bench.client.chain("v3/billdownload/file").get(request);
  const raw = Buffer.from(data);
  const bytes = params.tar_type === "GZIP" ? gunzipSync(raw) : raw;
  const hash = createHash("sha1").update(bytes).digest("hex");
  return { asked, raw, bytes, contentType: headers["content-type"], hash, ...read(bytes) };
}

function read(bytes: Buffer): { rows: Row[]; summary: Row } {
  const cast = Formatter.castCsvBill(bytes) as { rows: Row[]; summary: Row };
  return { rows: cast.rows.filter((row) => Object.keys(row).length > 0), summary: cast.summary };
}

const dayMs = 86_400_000;

/** Moves business time on to an hour of Beijing (`23:59:50`), today or else tomorrow; returns that business day. */
export function advanceTo(bench: WechatpayBench, time: string): string {
  const { clock } = bench.simulator;
  const now = clock.now();
  const today = dayOf(now);
  const at = Date.parse(`${today}T${time}+08:00`);
  clock.advance(at >= now ? at - now : at + dayMs - now);
  return dayOf(clock.now());
}

/** The business day of a moment. */
export function dayOf(at: number): string {
  return new Intl.DateTimeFormat("sv-SE", { timeZone: "Asia/Shanghai" }).format(at);
}

/** A paid order of 1288 unless it says otherwise; its number. */
export async function pay(bench: WechatpayBench, changes: Record<string, unknown> = {}): Promise<string> {
  const order = bench.order(changes);
  bench.simulator.payer.pay(String((await bench.create(order)).data.code_url));
  return String(order.out_trade_no);
}
