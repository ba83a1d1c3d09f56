import { generateKeyPairSync, sign } from "node:crypto";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { type AlipayCredentials, readCredentials } from "../src/alipay/credentials.ts";

/** A stand-in for Alipay's gateway that answers whatever a test says, signed with Alipay's key or not. */
export interface AlipayGateway {
  credentials: AlipayCredentials;
  /** The SPKI PEM with which Alipay checks what the app signed. */
  appPublicKey: string;
  /** Every request so far: the parameters of its query and its form. */
  requests: Readonly<Record<string, string>>[];
  /** What the next requests get. */
  answer: (parameters: Readonly<Record<string, string>>, response: ServerResponse) => void;
  /** Alipay's signature of a text. */
  sign(text: string): string;
  /** `{"<method>_response":<content>,"sign":…}` of the asked method. */
  envelope(parameters: Readonly<Record<string, string>>, fields: Readonly<Record<string, unknown>>): string;
  /** Takes no more connections; those it has go on. */
  deafen(): void;
  stop(): Promise<void>;
}

/** Starts a gateway on loopback with fresh keys for both sides. */
export async function startAlipayGateway(): Promise<AlipayGateway> {
  const app = rsa();
  const alipay = rsa();
  const signText = (text: string) => sign("sha256", Buffer.from(text), alipay.privateKey).toString("base64");
  const server = createServer(async (request, response) => {
    const parameters = await parametersOf(request);
    gateway.requests.push(parameters);
    gateway.answer(parameters, response);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  const gateway: AlipayGateway = {
    credentials: readCredentials({
      appId: "2021000000000001",
      sellerId: "2088000000000001",
      privateKey: app.privateKey,
      alipayPublicKey: alipay.publicKey,
      endpoint: `http://127.0.0.1:${port}/gateway.do`,
    }),
    appPublicKey: app.publicKey,
    requests: [],
    answer: (_parameters, response) => response.destroy(),
    sign: signText,
    envelope(parameters, fields) {
      const content = JSON.stringify(fields);
      return `{"${responseKey(parameters)}":${content},"sign":"${signText(content)}"}`;
    },
    deafen: () => void server.close(),
    async stop() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  return gateway;
}

/** The name of an answer's object: the method with underscores. */
export function responseKey(parameters: Readonly<Record<string, string>>): string {
  return `${parameters.method?.replaceAll(".", "_")}_response`;
}

function rsa() {
  return generateKeyPairSync("rsa", {
    modulusLength: 2048,
    publicKeyEncoding: { type: "spki", format: "pem" },
    privateKeyEncoding: { type: "pkcs8", format: "pem" },
  });
}

async function parametersOf(request: IncomingMessage): Promise<Record<string, string>> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk);
  const query = new URL(request.url ?? "/", "http://gateway").searchParams;
  return Object.fromEntries([...query, ...new URLSearchParams(Buffer.concat(chunks).toString())]);
}
