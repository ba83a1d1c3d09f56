import { open } from "node:fs/promises";
import { createInterface } from "node:readline";
import type { BillLine, FundFlowLine } from "@payhub/domain";
import { z } from "zod";
import { type BillItem, BillUnreadable } from "../../src/channel.ts";

const MAX_LINE_CHARS = 4096;
const MAX_TEXT_CHARS = 200;
const BATCH = 500;

const number = z.string().min(1).max(64);
const common = {
  orderNo: number,
  amount: z.int().positive(),
  at: z.iso.datetime().transform((text) => Date.parse(text)),
};
const headShape = z.object({ shopNo: z.string(), kind: z.string() });
const endShape = z.object({ entries: z.int(), sum: z.int() });

const tradeShape = z
  .discriminatedUnion("type", [
    z.object({ ...common, type: z.enum(["paid", "cancelled"]), tradeNo: number, fee: z.int() }),
    z.object({ ...common, type: z.literal("refunded"), tradeNo: number, fee: z.int(), refundNo: number }),
  ])
  .transform((entry): Omit<BillLine, "lineNo"> => {
    const { orderNo: outTradeNo, tradeNo: channelTradeNo, amount, fee, at: occurredAt } = entry;
    return {
      kind: TRADE_KINDS[entry.type],
      outTradeNo,
      channelTradeNo,
      outRefundNo: entry.type === "refunded" ? entry.refundNo : null,
      channelRefundNo: null,
      amount,
      fee,
      status: "succeeded",
      occurredAt,
    };
  });
const TRADE_KINDS = { paid: "payment", refunded: "refund", cancelled: "reversal" } as const;

const flowShape = z
  .object({ ...common, type: z.enum(["paid", "fee", "refunded", "cancelled"]), direction: z.enum(["in", "out"]) })
  .transform(({ type, direction, orderNo, amount, at }): Omit<FundFlowLine, "lineNo"> => {
    return { kind: FLOW_KINDS[type], direction, amount, occurredAt: at, outNo: orderNo };
  });
const FLOW_KINDS = { paid: "payment", fee: "fee", refunded: "refund", cancelled: "refund" } as const;

/** Reads a shop's trade bill. */
export function readTradeBill(path: string, shopNo: string): AsyncGenerator<BillItem<BillLine>[]> {
  return readBill(path, { shopNo, kind: "trade", shape: tradeShape });
}

/** Reads how a shop's balance moved. */
export function readFlowBill(path: string, shopNo: string): AsyncGenerator<BillItem<FundFlowLine>[]> {
  return readBill(path, { shopNo, kind: "flow", shape: flowShape });
}

async function* readBill<Line extends { amount: number }>(
  path: string,
  { shopNo, kind, shape }: { shopNo: string; kind: string; shape: z.ZodType<Line> },
): AsyncGenerator<BillItem<Line & { lineNo: number }>[]> {
  await using file = await open(path);
  let items: BillItem<Line & { lineNo: number }>[] = [];
  let end: z.infer<typeof endShape> | undefined;
  const counted = { entries: 0, sum: 0, malformed: 0 };
  let lineNo = 0;
  for await (const text of createInterface({ input: file.createReadStream({ autoClose: false }) })) {
    lineNo += 1;
    const value = text.length > MAX_LINE_CHARS ? undefined : parse(text);
    if (lineNo === 1) {
      const head = headShape.safeParse(value).data;
      if (head?.shopNo !== shopNo || head.kind !== kind) throw new BillUnreadable("it is another bill");
      continue;
    }
    const last = endShape.safeParse(value).data;
    if (last && !end) {
      end = last;
      continue;
    }
    counted.entries += 1;
    const line = shape.safeParse(value).data;
    if (line) counted.sum += line.amount;
    else counted.malformed += 1;
    if (line) items.push({ kind: "line", line: { ...line, lineNo } });
    else items.push({ kind: "malformed", lineNo, reason: "not an entry", text: text.slice(0, MAX_TEXT_CHARS) });
    if (items.length === BATCH) {
      yield items;
      items = [];
    }
  }
  if (!end) throw new BillUnreadable("it was cut off");
  yield [...items, ...differing(end, counted)];
}

function differing(
  end: { entries: number; sum: number },
  { malformed, ...counted }: { entries: number; sum: number; malformed: number },
): Extract<BillItem, { kind: "sum_differs" }>[] {
  const names = malformed === 0 ? (["entries", "sum"] as const) : (["entries"] as const);
  return names
    .filter((name) => end[name] !== counted[name])
    .map((name) => ({ kind: "sum_differs", name, stated: String(end[name]), counted: String(counted[name]) }));
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
