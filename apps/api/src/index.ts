import { type ContextOptions, createLog, type LogDestination } from "@payhub/runtime";
import { createHttp } from "./http.ts";
import { shutDown } from "./shutdown.ts";
import { wire } from "./wire.ts";

/** How an api runs. */
export interface ApiOptions extends ContextOptions {
  host: string;
  /** 0 takes a free one. */
  port: number;
  logLevel?: string;
  /** Standard output by default. */
  logDestination?: LogDestination;
  /** How long calls in flight may take when the api closes. */
  shutdownGraceMs?: number;
}

/** An api that answers. */
export interface RunningApi {
  /** `http://host:port` that it listens on. */
  url: string;
  /** Finishes what is in flight and closes everything; false when the grace was not enough. */
  close(): Promise<boolean>;
}

const DEFAULT_GRACE_MS = 20_000;

/** Starts the api in this process. */
export async function startApi(options: ApiOptions): Promise<RunningApi> {
  const log = createLog({
    app: "api",
    level: options.logLevel ?? "info",
    ...(options.logDestination && { destination: options.logDestination }),
  });
  const wiring = await wire(options, log);
  const http = createHttp(wiring.parts);
  try {
    const url = await http.server.listen({ host: options.host, port: options.port });
    log.info({ url, oneCent: options.oneCent ?? false }, "payhub api is up");
    let closing: Promise<boolean> | undefined;
    return {
      url,
      close() {
        closing ??= shutDown({ http, wiring, log }, options.shutdownGraceMs ?? DEFAULT_GRACE_MS);
        return closing;
      },
    };
  } catch (error) {
    await wiring.close();
    throw error;
  }
}
