import { createHash, createHmac, randomBytes, randomUUID } from "node:crypto";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import {
  appRouter,
  type Context,
  type EventPorts,
  type PaymentPorts,
  type ReconciliationPorts,
  type RefundPorts,
} from "@payhub/contract";
import { PayhubError } from "@payhub/domain";
import { createHTTPHandler } from "@trpc/server/adapters/standalone";

/** A request that reached the fake, as it came. */
interface SeenRequest {
  method: string;
  procedure: string;
  nonce: string;
  input: Record<string, unknown>;
}

/** Answers a request in place of payhub and says so with true; false lets it through. `body` was read already. */
type Fault = (request: SeenRequest, response: ServerResponse, incoming: IncomingMessage) => boolean;

/** The real router over ports that a test sets, on a real port; signatures are verified as the api documents them. */
export interface FakePayhub {
  url: string;
  appId: string;
  secret: string;
  requests: SeenRequest[];
  payments: Partial<PaymentPorts>;
  refunds: Partial<RefundPorts>;
  events: Partial<EventPorts>;
  reconciliation: Partial<ReconciliationPorts>;
  fault: Fault;
  restart(downMs: number): Promise<void>;
  close(): Promise<void>;
}

export async function startFakePayhub(): Promise<FakePayhub> {
  const nonces = new Set<string>();
  const missing = () => {
    throw new Error("the test did not set this port");
  };
  const fake = {
    appId: "app_1",
    secret: `sk_${randomBytes(32).toString("base64url")}`,
    requests: [] as SeenRequest[],
    payments: {},
    refunds: {},
    events: {},
    reconciliation: {},
    fault: () => false,
  } satisfies Omit<FakePayhub, "url" | "restart" | "close"> as Omit<FakePayhub, "url" | "restart" | "close">;
  const contextOf = (request: IncomingMessage & { body?: unknown }): Context => ({
    traceId: randomUUID(),
    authenticate: async () => {
      verify(request, String(request.body ?? ""), fake, nonces);
      return { appId: fake.appId, role: "business" };
    },
    payments: { create: missing, get: missing, close: missing, list: missing, watch: missing, ...fake.payments },
    refunds: { create: missing, get: missing, list: missing, ...fake.refunds },
    events: { pull: missing, ack: missing, list: missing, ...fake.events },
    reconciliation: {
      statement: missing,
      fundFlow: missing,
      export: missing,
      differences: {
        list: missing,
        get: missing,
        assign: missing,
        note: missing,
        resolve: missing,
        accept: missing,
        reopen: missing,
        propose: missing,
        approve: missing,
        reject: missing,
      },
      runs: { list: missing, get: missing, request: missing },
      ...fake.reconciliation,
    },
  });
  const handler = createHTTPHandler({
    router: appRouter,
    basePath: "/trpc/",
    createContext: ({ req }) => contextOf(req),
  });
  const listener = async (request: IncomingMessage, response: ServerResponse) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    const body = Buffer.concat(chunks).toString("utf8");
    const seen = describe(request, body);
    fake.requests.push(seen);
    if (fake.fault(seen, response, request)) return;
    handler(request.method === "POST" ? Object.assign(request, { body }) : request, response);
  };
  const listen = async (port: number) => {
    const server = createServer(
      (request, response) => void listener(request, response).catch(() => response.destroy()),
    );
    await new Promise<void>((resolve) => server.listen(port, "127.0.0.1", resolve));
    return server;
  };
  let server = await listen(0);
  const { port } = server.address() as AddressInfo;
  const close = async () => {
    const closed = new Promise((resolve) => server.close(resolve));
    server.closeAllConnections();
    await closed;
  };
  return Object.assign(fake, {
    url: `http://127.0.0.1:${port}`,
    close,
    restart: async (downMs: number) => {
      await close();
      await new Promise((resolve) => setTimeout(resolve, downMs));
      server = await listen(port);
    },
  });
}

function describe(request: IncomingMessage, body: string): SeenRequest {
  const url = new URL(request.url ?? "/", "http://fake");
  const text = request.method === "POST" ? body : (url.searchParams.get("input") ?? "{}");
  return {
    method: request.method ?? "",
    procedure: url.pathname.replace("/trpc/", ""),
    nonce: String(request.headers["payhub-nonce"] ?? ""),
    input: JSON.parse(text || "{}"),
  };
}

function verify(request: IncomingMessage, body: string, app: { appId: string; secret: string }, nonces: Set<string>) {
  const header = (name: string) => String(request.headers[name] ?? "");
  const [path = "", query = ""] = (request.url ?? "").split("?");
  const timestamp = header("payhub-timestamp");
  const nonce = header("payhub-nonce");
  const hash = createHash("sha256").update(body).digest("hex");
  const text = `${request.method}\n${path}\n${query}\n${hash}\n${timestamp}\n${nonce}\n`;
  const wanted = `v1=${createHmac("sha256", app.secret).update(text).digest("base64")}`;
  const refuse = (why: string) => {
    throw new PayhubError("UNAUTHENTICATED", why);
  };
  if (Math.abs(Number(timestamp) * 1000 - Date.now()) > 300_000) refuse("payhub-timestamp is too far off");
  if (header("payhub-app-id") !== app.appId || header("payhub-signature") !== wanted)
    refuse("signature does not match");
  if (!/^[A-Za-z0-9_-]{16,64}$/.test(nonce) || nonces.has(nonce)) refuse("nonce was used before");
  nonces.add(nonce);
}
