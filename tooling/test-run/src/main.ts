import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { ensureChromium, startServices } from "@payhub/dev-services";
import { readReport } from "./read-report.ts";
import { runVitest } from "./run-vitest.ts";
import { closingLine, summarize } from "./summary.ts";

const root = resolve(import.meta.dirname, "../../..");
const log = (line: string) => console.log(`npm test: ${line}`);
const filters = process.argv.slice(2);

const scratch = mkdtempSync(join(tmpdir(), "payhub-test-run-"));
process.on("exit", () => rmSync(scratch, { recursive: true, force: true }));
const reportPath = join(scratch, "report.json");

const exitCode = await run().catch((error: unknown) => {
  console.error(error);
  return 1;
});
const summary = summarize({ report: readReport(reportPath), exitCode });
for (const problem of summary.problems) log(problem);
console.log(closingLine(summary));
process.exitCode = summary.failed === 0 ? 0 : 1;

async function run(): Promise<number> {
  const chromium = process.env.PAYHUB_CHROMIUM || (await ensureChromium(log).catch(explainMissingChromium));
  const services = await startServices({ env: process.env, durable: false, log });
  try {
    const env = {
      ...process.env,
      PAYHUB_MYSQL_URL: services.mysqlUrl,
      PAYHUB_REDIS_URL: services.redisUrl,
      PAYHUB_CHROMIUM: chromium,
    };
    return await runVitest({ root, filters, reportPath, env });
  } finally {
    await services.stop();
  }
}

/** Only the browser tests need it: they fail by themselves, the others still run. */
function explainMissingChromium(error: unknown): string {
  log(error instanceof Error ? error.message : String(error));
  return "";
}
