import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { spoiledBytes } from "../core/bill-bytes.ts";
import { disturb } from "../core/disturb.ts";
import type { Fault } from "../core/faults.ts";
import { encodeGbk, packBill, type UnpackedFile } from "./bill-archive.ts";
import { type IssuedBill, issueBill } from "./bill-issue.ts";
import { billKindOf, billPath, type LinkedBill, readBillLink } from "./bill-link.ts";
import { type BillTable, digitsOf, renderTable } from "./bill-text.ts";
import type { AlipayContext } from "./call.ts";
import { renderErrorPage } from "./cashier/error-page.ts";

type Download = { status: number; outcome: string; headers: Readonly<Record<string, string>>; body: Buffer | string };

/** Adds the downloads of bills: what the links of the gateway lead to. Nothing there is signed. */
export function registerBillDownload(server: FastifyInstance, context: AlipayContext): void {
  server.get(billPath, (request, reply) => serve(context, request, reply));
}

async function serve(context: AlipayContext, request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
  const { clock, faults, calls } = context.core;
  const call = { channel: "alipay", operation: "bill_download" } as const;
  const query = new URL(request.raw.url ?? "/", "http://gateway").search;
  const fault = faults.take(call);
  const answer = await disturb({ fault, reply, clock, work: () => answerUnder(fault, query, context) });
  calls.record({ ...call, at: clock.now(), outcome: answer?.outcome ?? fault?.kind ?? "unknown" });
  if (!answer) return reply;
  return reply.code(answer.status).headers(answer.headers).send(answer.body);
}

async function answerUnder(fault: Fault | undefined, query: string, context: AlipayContext): Promise<Download> {
  switch (fault?.kind) {
    case "status":
      return { status: fault.status, outcome: String(fault.status), headers: {}, body: fault.code ?? "" };
    case "unknown_result":
      return page("isp.unknow-error", "系统繁忙，请稍后再试");
    case "bad_signature":
    case "unsigned":
    case "stale_timestamp":
    case "unknown_serial":
    case "probe":
      throw new Error(`downloads have no such fault: ${fault.kind}`);
    default:
      return answerQuery(query, context);
  }
}

async function answerQuery(query: string, context: AlipayContext): Promise<Download> {
  const link = readBillLink(query, { secret: context.billSecret, now: context.core.clock.now() });
  switch (link) {
    case "forged":
      return page("INVALID_TOKEN", "下载地址不正确");
    case "expired":
      return page("LINK_EXPIRED", "下载地址已失效，请重新获取");
    default:
      return download(link, context);
  }
}

async function download(link: LinkedBill, context: AlipayContext): Promise<Download> {
  const { businessDay, billType, account } = link;
  const sellerId = account.slice(0, -4);
  const bill = issueBill(context, { billKind: billKindOf(billType), businessDay, sellerId });
  const names = fileNames(link);
  const turnedFile = bill.spoils.some(({ kind }) => kind === "wrong_hash") ? names.detail : undefined;
  const body = await packBill(filesOf(names, bill), { writtenAt: bill.head.exportedAt, turnedFile });
  const name = `${account}_${businessDay.replaceAll("-", "")}.csv.zip`;
  const headers = {
    "content-type": "application/octet-stream",
    "content-disposition": `attachment; filename="${name}"`,
  };
  return { status: 200, outcome: "200", headers, body };
}

function fileNames({ account, businessDay, billType }: LinkedBill): { detail: string; summary: string } {
  const start = `${account}_${businessDay.replaceAll("-", "")}_${billType === "trade" ? "业务明细" : "账务明细"}`;
  return { detail: `${start}.csv`, summary: `${start}(汇总).csv` };
}

/** Only the detail is cut or filled up; which of the files comes first differs from bill to bill. */
function filesOf(names: { detail: string; summary: string }, { head, detail, summary, spoils }: IssuedBill) {
  const bytesOf = (table: BillTable) => encodeGbk(renderTable(head, table));
  const bytes = bytesOf(detail);
  const fillerBytes = spoils.reduce((sum, spoil) => sum + (spoil.kind === "huge" ? spoil.bytes : 0), 0);
  const files: UnpackedFile[] = [
    { name: names.detail, chunks: spoiledBytes(bytes, spoils), maxBytes: bytes.length + fillerBytes },
    { name: names.summary, chunks: [bytesOf(summary)], maxBytes: 0 },
  ];
  return Number(digitsOf(names.detail, 1)) % 2 === 0 ? files : files.toReversed();
}

/** Refusals are pages for people, and say 200 like every answer of Alipay's. */
function page(code: string, text: string): Download {
  const answer = { code: "40004", msg: "Business Failed", sub_code: code, sub_msg: text };
  const body = renderErrorPage(answer, "抱歉，无法为您下载账单");
  return { status: 200, outcome: code, headers: { "content-type": "text/html;charset=GBK" }, body };
}
