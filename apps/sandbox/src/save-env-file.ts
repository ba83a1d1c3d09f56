import { writeFile } from "node:fs/promises";
import { join } from "node:path";

const FILE = "payhub.env";

/** Keeps the sandbox's variables for programs that work on its books, readable by this user only; returns the file's path. */
export async function saveEnvFile(
  dataDir: string,
  own: {
    databaseUrl: string;
    masterKeys: readonly { id: string; key: string }[];
    publicUrl: string;
    oneCent: boolean;
    billStore: { url: string };
  },
): Promise<string> {
  const path = join(dataDir, FILE);
  const variables = {
    PAYHUB_DATABASE_URL: own.databaseUrl,
    PAYHUB_MASTER_KEYS: own.masterKeys.map(({ id, key }) => `${id}:${key}`).join(","),
    PAYHUB_PUBLIC_URL: own.publicUrl,
    PAYHUB_ONE_CENT: own.oneCent ? "on" : "off",
    PAYHUB_BILL_STORE: own.billStore.url,
  };
  const lines = Object.entries(variables).map(([name, value]) => `${name}="${value}"\n`);
  await writeFile(path, lines.join(""), { mode: 0o600 });
  return path;
}
