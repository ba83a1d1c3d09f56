import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { startApi } from "@payhub/api";
import { startReconcile } from "@payhub/reconcile";
import { createLog, logFile, type Running } from "@payhub/runtime";
import { type Simulator, startSimulator } from "@payhub/simulator";
import { loadState, type SandboxState, saveState } from "./keys.ts";
import type { SandboxOptions } from "./options.ts";
import { saveEnvFile } from "./save-env-file.ts";
import { seedDemo } from "./seed.ts";

/** Everything that runs in the sandbox. */
export interface Sandbox extends Running {
  api: string;
  simulator: Simulator;
  demo: NonNullable<SandboxState["demo"]>;
  /** Holds what another program needs to work on the same books. */
  envFile: string;
}

const HOST = "127.0.0.1";
const GRACE_MS = 5_000;

/** Starts simulators, api and reconcile in this process, on SQLite; what they log goes to a file in the data directory. */
export async function startSandbox(options: SandboxOptions): Promise<Sandbox> {
  const { portBase, dataDir, oneCent } = options;
  const state = await loadState(dataDir);
  const { keys } = state;
  const opened: (() => Promise<unknown>)[] = [];
  const close = async () => {
    for (const end of opened.splice(0).reverse()) await end();
    return true;
  };
  try {
    const simulator = await startSimulator({
      host: HOST,
      ports: { wechatpay: portBase + 1, alipay: portBase + 2, phone: portBase + 3 },
      dataFile: join(dataDir, "channels.db"),
      wechatpay: { merchants: [keys.wechatpay.merchant] },
      alipay: { merchants: [keys.alipay.merchant] },
    });
    opened.push(() => simulator.stop());
    const logDestination = logFile(join(dataDir, "sandbox.log"));
    const url = `http://${HOST}:${portBase}`;
    const billStore = { url: pathToFileURL(join(dataDir, "bills")).href };
    const context = {
      databaseUrl: `sqlite:${join(dataDir, "payhub.db")}`,
      masterKeys: [keys.masterKey],
      publicUrl: url,
      oneCent,
      migrate: true,
      logDestination,
      shutdownGraceMs: GRACE_MS,
    } as const;
    state.demo ??= await seedDemo(context, createLog({ app: "sandbox", level: "info", destination: logDestination }), {
      keys,
      endpoints: simulator.urls,
    });
    await saveState(dataDir, state);
    const envFile = await saveEnvFile(dataDir, { ...context, billStore });
    const api = await startApi({ ...context, host: HOST, port: portBase });
    opened.push(() => api.close());
    const reconcile = await startReconcile({ ...context, billStore });
    opened.push(() => reconcile.close());
    return { api: url, simulator, demo: state.demo, envFile, close };
  } catch (error) {
    await close();
    throw error;
  }
}
