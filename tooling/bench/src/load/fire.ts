import { Pool } from "undici";
import { percentile } from "../statistics.ts";
import { AnswerReader } from "./answer-reader.ts";

/** A request that is ready to be written. */
export interface PreparedRequest {
  path: string;
  headers: string[];
  body: Buffer;
}

/** What a run came to; times are epoch ms. */
export interface Fired {
  sent: number;
  failed: number;
  firstFailure: string | null;
  startedAt: number;
  endedAt: number;
  p50Ms: number;
  p99Ms: number;
}

/** Sends requests over `clients` kept-alive connections, each one's next when its last was answered, until the time or the requests are up. */
export async function fire(
  requests: readonly PreparedRequest[],
  { url, clients, seconds }: { url: string; clients: number; seconds: number },
): Promise<Fired> {
  const pool = new Pool(url, { connections: clients, pipelining: 1, headersTimeout: 60_000, bodyTimeout: 60_000 });
  const latencies = new Float64Array(requests.length);
  const fired = { sent: 0, failed: 0, firstFailure: null as string | null };
  const startedAt = performance.timeOrigin + performance.now();
  const until = performance.now() + seconds * 1_000;

  function sendNext(done: () => void): void {
    const request = requests[fired.sent];
    const sentAt = performance.now();
    if (!request || sentAt >= until) {
      done();
      return;
    }
    const index = fired.sent++;
    const reader = new AnswerReader(({ status, body }) => {
      latencies[index] = performance.now() - sentAt;
      if (status < 200 || status >= 300) {
        fired.failed++;
        fired.firstFailure ??= `${status} ${body.slice(0, 500)}`;
      }
      sendNext(done);
    });
    pool.dispatch({ method: "POST", ...request }, reader);
  }

  await Promise.all(Array.from({ length: clients }, () => new Promise<void>(sendNext)));
  const endedAt = performance.timeOrigin + performance.now();
  await pool.close();
  const sorted = latencies.subarray(0, fired.sent).sort();
  return { ...fired, startedAt, endedAt, p50Ms: percentile(sorted, 0.5), p99Ms: percentile(sorted, 0.99) };
}
