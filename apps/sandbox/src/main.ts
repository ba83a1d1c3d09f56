import { resolve } from "node:path";
import { redactLine, runProcess } from "@payhub/runtime";
import { readOptions, type SandboxOptions, USAGE } from "./options.ts";
import { type Sandbox, startSandbox } from "./start.ts";
import { takeTour } from "./tour.ts";

const ROOT = resolve(import.meta.dirname, "../../..");

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}

function describe({ api, simulator, demo }: Sandbox) {
  return { api, ...simulator.urls, ...demo.app, accounts: demo.accounts };
}

function introduce(sandbox: Sandbox, { oneCent, dataDir, once }: SandboxOptions): void {
  const { api, wechatpay, alipay, phone, appId, secret, accounts } = describe(sandbox);
  say("");
  say(
    oneCent
      ? "  one-cent switch  ON: whatever the amount, channels are asked for ¥0.01 (turn it off: --one-cent off)"
      : "  one-cent switch  off: channels are asked for the whole amount",
  );
  say(`  api              ${api}`);
  say(`  WeChat Pay       ${wechatpay}`);
  say(`  Alipay           ${alipay}`);
  say(`  the payer's phone  ${phone}`);
  say(`  app              appId ${appId}`);
  say(`                   secret ${secret}`);
  say(`  accounts         wechatpay ${accounts.wechatpay}`);
  say(`                   alipay    ${accounts.alipay}`);
  say(`  kept in          ${dataDir} (delete it to begin anew)`);
  say(`  reconcile a day  npm run reconcile -- --variables ${sandbox.envFile}`);
  say("");
  if (!once) say("  Ctrl-C stops everything.");
}

async function start(options: SandboxOptions): Promise<Sandbox> {
  const sandbox = await startSandbox(options);
  try {
    if (!options.json) say("one payment, from the order to the event:");
    if (!options.json || options.once) await takeTour(sandbox, options.json ? () => {} : (line) => say(`  ${line}`));
    if (options.json) say(JSON.stringify(describe(sandbox)));
    else introduce(sandbox, options);
    return sandbox;
  } catch (error) {
    await sandbox.close();
    throw error;
  }
}

async function runOnce(options: SandboxOptions): Promise<void> {
  const sandbox = await start(options);
  await sandbox.close();
}

function fail(error: unknown): void {
  process.stderr.write(`${redactLine(error instanceof Error ? error.message : String(error))}\n`);
  process.exitCode = 1;
}

function main(): void {
  const options = readOptions(process.argv.slice(2), ROOT);
  if (!options) say(USAGE);
  else if (options.once) runOnce(options).catch(fail);
  else runProcess(() => start(options));
}

try {
  main();
} catch (error) {
  fail(error);
}
