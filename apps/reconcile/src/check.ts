import { redactLine } from "@payhub/runtime";
import { checkInvariants } from "@payhub/services";
import { openStore } from "@payhub/store";

const USAGE = "usage: npm run check, with PAYHUB_DATABASE_URL set to the database to be checked";
const SHOWN = 100;

/** Checks the books of a running or stopped platform; exits 0 when every invariant holds, 1 when one is broken, 2 when it could not check. */
async function main(): Promise<number> {
  const url = process.env.PAYHUB_DATABASE_URL;
  if (!url || !/^(mysql:\/\/|sqlite:).+/.test(url)) {
    process.stderr.write(`${USAGE}\n`);
    return 2;
  }
  const store = await openStore({ url });
  try {
    const violations = await checkInvariants(store.db);
    for (const { rule, subject, found } of violations.slice(0, SHOWN)) {
      process.stdout.write(`broken: ${rule}\n  ${subject}: ${found}\n`);
    }
    process.stdout.write(violations.length === 0 ? "all invariants hold\n" : `${violations.length} broken\n`);
    return violations.length === 0 ? 0 : 1;
  } finally {
    await store.close();
  }
}

main().then(
  (code) => {
    process.exitCode = code;
  },
  (error: unknown) => {
    process.stderr.write(`${redactLine(error instanceof Error ? error.message : String(error))}\n`);
    process.exitCode = 2;
  },
);
