import { EXPIRY_LIMITS } from "@payhub/domain";
import type { ChannelConnection, ChannelPlugin, ChannelRuntime } from "../channel.ts";
import { close } from "./close.ts";
import { create } from "./create.ts";
import { type AlipayCredentials, readCredentials } from "./credentials.ts";
import { createGatewayDispatcher } from "./gateway-dispatcher.ts";
import { readNotification } from "./notification.ts";
import { query } from "./query.ts";
import { createSdk } from "./sign.ts";

const TEXT = { "content-type": "text/plain; charset=utf-8" };

/** Alipay's open platform with RSA2 keys: face-to-face payment by QR code. Source: https://opendocs.alipay.com/open/194/105072 */
export const alipay: ChannelPlugin<AlipayCredentials> = {
  name: "alipay",
  title: "Alipay",
  scenes: { qr: { minExpiresInMs: EXPIRY_LIMITS.minMs, maxExpiresInMs: EXPIRY_LIMITS.maxMs } },
  answers: {
    accepted: { status: 200, headers: TEXT, body: "success" },
    rejected: { status: 400, headers: TEXT, body: "fail" },
  },
  readCredentials,
  connect,
};

function connect(
  credentials: readonly [AlipayCredentials, ...AlipayCredentials[]],
  { clock, deadlineMs }: ChannelRuntime,
): ChannelConnection {
  const [live, ...older] = credentials;
  const { appId, sellerId } = live;
  const sdk = createSdk(live, { deadlineMs, dispatcher: createGatewayDispatcher({ deadlineMs }) });
  const sdks = [sdk, ...older.map((version) => createSdk(version, { deadlineMs }))];
  const line = { sdk, now: () => clock.now(), appId, sellerId };
  return {
    create: (request) => create(line, request),
    query: ({ attemptNo }) => query(line, attemptNo),
    close: ({ attemptNo }) => close(line, attemptNo),
    readNotification: async (raw) => readNotification(sdks, raw),
    payee: { appId, sellerId },
  };
}
