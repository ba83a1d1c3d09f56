import { resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { type ProcessEnv, presentProcessEnv, readProcessEnv } from "@payhub/runtime";
import { z } from "zod";

/** Where bills are kept: `file:/directory` or `s3://bucket/prefix?…`, which needs the keys. */
export interface BillStoreEnv {
  url: string;
  accessKeyId?: string;
  secretAccessKey?: string;
}

/** What this process was told by its environment, checked. */
export interface ReconcileEnv extends ProcessEnv {
  billStore: BillStoreEnv;
}

type Variables = Readonly<Record<string, string | undefined>>;

const DEVELOPMENT_DIRECTORY = ".payhub/bills";

/** Reads the environment; throws one `Error` that names every variable that cannot be used, and never its value. */
export function readEnv(variables: Variables): ReconcileEnv {
  const env = readProcessEnv("reconcile", variables, ownVariables(variables));
  const accessKeyId = env.PAYHUB_BILL_STORE_ACCESS_KEY_ID;
  const secretAccessKey = env.PAYHUB_BILL_STORE_SECRET_ACCESS_KEY;
  return {
    ...presentProcessEnv(env),
    billStore: {
      url: env.PAYHUB_BILL_STORE ?? pathToFileURL(resolve(DEVELOPMENT_DIRECTORY)).href,
      ...(accessKeyId !== undefined && { accessKeyId }),
      ...(secretAccessKey !== undefined && { secretAccessKey }),
    },
  };
}

/** Bills are evidence: production says where they are kept, and the keys go with an S3-compatible store. */
function ownVariables({ NODE_ENV, PAYHUB_BILL_STORE }: Variables) {
  const needed =
    "is needed in production: file:/var/lib/payhub/bills or s3://bucket/prefix?endpoint=https://…&region=…";
  const url = z
    .string({ error: needed })
    .regex(/^(file:\/.|s3:\/\/[^/])/, { error: "begins with file:/ or s3://bucket" });
  const key = z.string({ error: "is needed with s3://" });
  const isS3 = PAYHUB_BILL_STORE?.startsWith("s3:");
  return {
    PAYHUB_BILL_STORE: NODE_ENV === "production" ? url : url.optional(),
    PAYHUB_BILL_STORE_ACCESS_KEY_ID: isS3 ? key : key.optional(),
    PAYHUB_BILL_STORE_SECRET_ACCESS_KEY: isS3 ? key : key.optional(),
  };
}
