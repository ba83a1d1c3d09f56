import { connect } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";

const probeIntervalMs = 50;
const probeTimeoutMs = 1_000;

/** `say` is sent once connected; the server answers when its first bytes satisfy `answered`. */
export type Probe = { port: number; say: string; answered: (firstBytes: Buffer) => boolean };

/** MySQL greets first: a handshake packet of protocol version 10 (https://dev.mysql.com/doc/dev/mysql-server/latest/page_protocol_connection_phase_packets_protocol_handshake_v10.html). */
export const mysqlProbe = (port: number): Probe => ({ port, say: "", answered: (bytes) => bytes[4] === 10 });

/** Redis answers PING when its data set is loaded. */
export const redisProbe = (port: number): Probe => ({
  port,
  say: "PING\r\n",
  answered: (bytes) => bytes.toString().startsWith("+PONG"),
});

/** Resolves once the server of `probe` answers; throws when it does not within `timeoutMs` or `gone` says its process has ended. */
export async function waitUntilAnswers(
  probe: Probe,
  { timeoutMs, gone }: { timeoutMs: number; gone: () => boolean },
): Promise<void> {
  const deadline = Date.now() + timeoutMs;
  while (!(await answers(probe))) {
    if (gone()) throw new Error(`the server on port ${probe.port} ended before it answered`);
    if (Date.now() > deadline) throw new Error(`no answer on port ${probe.port} within ${timeoutMs} ms`);
    await sleep(probeIntervalMs);
  }
}

function answers({ port, say, answered }: Probe): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ port, host: "127.0.0.1", timeout: probeTimeoutMs });
    const settle = (result: boolean) => {
      socket.destroy();
      resolve(result);
    };
    socket.once("connect", () => say && socket.write(say));
    socket.once("data", (bytes) => settle(answered(bytes)));
    socket.once("error", () => settle(false));
    socket.once("timeout", () => settle(false));
    socket.once("close", () => settle(false));
  });
}
