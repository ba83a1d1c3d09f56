import { z } from "zod";
import type { ChargeOutcome, ChargeRequest, Declined } from "../../src/channel.ts";
import { orderShape, receiptOf } from "./order.ts";
import { declined } from "./status.ts";
import { textFrom } from "./text.ts";
import { call, type Line } from "./transport.ts";

/** Asks Paper Pay for one attempt: with a code for the payer to scan, or with the code that the payer showed. */
export async function create(line: Line, request: ChargeRequest): Promise<ChargeOutcome> {
  switch (request.scene) {
    case "qr":
      return showQr(line, request);
    case "barcode":
      return takeCode(line, request);
    case "face":
    case "jsapi":
    case "miniprogram":
    case "app":
    case "h5":
    case "pc":
      return noSuchScene(request.scene);
  }
}

async function showQr(line: Line, request: ChargeRequest): Promise<ChargeOutcome> {
  const { attemptNo, expiresAt } = request;
  const shape = orderShape.extend({ orderNo: z.literal(attemptNo), qr: z.string().min(1).max(512) });
  const result = await call(line, { operation: "charge", fields: fieldsOf(request), shape });
  if (result.kind === "refused") return declined(result);
  if (result.kind !== "done") return result;
  return { kind: "accepted", action: { type: "show_qr", codeUrl: result.answer.qr, expiresAt } };
}

async function takeCode(line: Line, request: ChargeRequest & { scene: "barcode" }): Promise<ChargeOutcome> {
  const { attemptNo, authCode, storeNo } = request;
  const shape = orderShape.extend({ orderNo: z.literal(attemptNo) });
  const fields = { ...fieldsOf(request), payerCode: authCode, storeNo };
  const result = await call(line, { operation: "charge", fields, shape });
  if (result.kind === "refused") return declined(result);
  if (result.kind !== "done") return result;
  const receipt = receiptOf(result.answer);
  return receipt ? { kind: "paid", receipt } : { kind: "pending" };
}

function fieldsOf({ attemptNo, amount, subject, expiresAt, notifyUrl }: ChargeRequest) {
  return {
    orderNo: attemptNo,
    amount,
    subject: textFrom(subject, attemptNo),
    expiresAt: new Date(expiresAt).toISOString(),
    callback: notifyUrl,
  };
}

function noSuchScene(scene: string): Declined {
  return { kind: "declined", because: "refused", code: "SCENE", message: `Paper Pay has no product for ${scene}` };
}
