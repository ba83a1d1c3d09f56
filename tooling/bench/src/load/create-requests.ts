import { createHash, createHmac, randomBytes } from "node:crypto";
import type { PreparedRequest } from "./fire.ts";

/** Who creates payments, and at which account. */
export interface Shop {
  appId: string;
  secret: string;
  accountNo: string;
}

const PATH = "/trpc/payments.create";

/** Makes signed `payments.create` calls, each for an order of its own. */
export function createRequests({ appId, secret, accountNo }: Shop, count: number): PreparedRequest[] {
  const timestamp = String(Math.floor(Date.now() / 1_000));
  return Array.from({ length: count }, () => {
    const id = randomBytes(16).toString("hex");
    const order = {
      idempotencyKey: id,
      orderNo: `order-${id}`,
      accountNo,
      scene: "qr",
      amount: 1288,
      subject: "两杯咖啡",
    };
    const body = Buffer.from(JSON.stringify(order));
    const bodyHash = createHash("sha256").update(body).digest("hex");
    const text = `POST\n${PATH}\n\n${bodyHash}\n${timestamp}\n${id}\n`;
    const signature = createHmac("sha256", secret).update(text).digest("base64");
    const headers = [
      ["content-type", "application/json"],
      ["payhub-app-id", appId],
      ["payhub-timestamp", timestamp],
      ["payhub-nonce", id],
      ["payhub-signature", `v1=${signature}`],
    ].flat();
    return { path: PATH, headers, body };
  });
}
