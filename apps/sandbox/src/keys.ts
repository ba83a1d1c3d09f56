import { randomBytes } from "node:crypto";
import { mkdir, readFile, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { createAlipayMerchant, createWechatpayMerchant } from "@payhub/simulator";

/** The demo merchant's keys at both channels and payhub's master key; made on the first run, kept for the next ones. */
export interface SandboxKeys {
  masterKey: { id: string; key: string };
  wechatpay: Awaited<ReturnType<typeof createWechatpayMerchant>>;
  alipay: Awaited<ReturnType<typeof createAlipayMerchant>>;
}

/** The demo app as the sandbox knows it. */
interface SandboxApp {
  appId: string;
  secret: string;
}

/** What the first run made and later runs go on with. */
export interface SandboxState {
  keys: SandboxKeys;
  demo?: {
    accounts: { wechatpay: string; alipay: string };
    /** For the developer; the sandbox never consumes its events. */
    app: SandboxApp;
    /** The sandbox's own, for its round trip. */
    tour: SandboxApp;
  };
}

const MERCHANT_NAME = "示例商户 Demo Merchant";
const FILE = "sandbox.json";
const MASTER_KEY_BYTES = 32;

/** Reads the state of an earlier run, or makes fresh keys. */
export async function loadState(dataDir: string): Promise<SandboxState> {
  await mkdir(dataDir, { recursive: true, mode: 0o700 });
  try {
    return JSON.parse(await readFile(join(dataDir, FILE), "utf8")) as SandboxState;
  } catch (error) {
    if (!(error instanceof Error && "code" in error && error.code === "ENOENT")) throw error;
  }
  const [wechatpay, alipay] = await Promise.all([
    createWechatpayMerchant({ name: MERCHANT_NAME }),
    createAlipayMerchant({ name: MERCHANT_NAME }),
  ]);
  const masterKey = { id: "sandbox", key: randomBytes(MASTER_KEY_BYTES).toString("base64") };
  const state: SandboxState = { keys: { masterKey, wechatpay, alipay } };
  await saveState(dataDir, state);
  return state;
}

/** Keeps the state, readable by this user only; a broken write leaves the old state. */
export async function saveState(dataDir: string, state: SandboxState): Promise<void> {
  const path = join(dataDir, FILE);
  await writeFile(`${path}.new`, `${JSON.stringify(state, null, 2)}\n`, { mode: 0o600 });
  await rename(`${path}.new`, path);
}
