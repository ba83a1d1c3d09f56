import { z } from "zod";
import { type MasterKey, readMasterKeys } from "./env-master-keys.ts";

/** What this process was told by its environment, checked. */
export interface ApiEnv {
  production: boolean;
  host: string;
  port: number;
  databaseUrl: string;
  redisUrl: string | undefined;
  masterKeys: readonly [MasterKey, ...MasterKey[]];
  publicUrl: string;
  oneCent: boolean;
  logLevel: LogLevel;
  channelDeadlineMs: number;
  shutdownGraceMs: number;
  /** Names of the fault points at which the process kills itself; only in tests. */
  killAt: readonly string[];
}

const LOG_LEVELS = ["fatal", "error", "warn", "info", "debug", "trace", "silent"] as const;
type LogLevel = (typeof LOG_LEVELS)[number];

const millisecondsSchema = ({ min, max }: { min: number; max: number }) => {
  const error = `is a number of milliseconds from ${min} to ${max}`;
  return z
    .string()
    .regex(/^\d{1,9}$/, { error })
    .transform(Number)
    .refine((ms) => ms >= min && ms <= max, { error });
};

const ENV_SCHEMA = z.object({
  NODE_ENV: z.string().optional(),
  PAYHUB_HOST: z.string().default("0.0.0.0"),
  PAYHUB_PORT: z
    .string()
    .regex(/^\d{1,5}$/, { error: "is a port number from 0 to 65535" })
    .transform(Number)
    .refine((port) => port <= 65_535, { error: "is a port number from 0 to 65535" })
    .default(8080),
  PAYHUB_DATABASE_URL: z
    .string({ error: "is needed: mysql://user:password@host:3306/name or sqlite:/path/to/file.db" })
    .regex(/^(mysql:\/\/|sqlite:).+/, { error: "begins with mysql:// or sqlite:" }),
  PAYHUB_REDIS_URL: z
    .string()
    .regex(/^rediss?:\/\/.+/, { error: "begins with redis:// or rediss://" })
    .optional(),
  PAYHUB_MASTER_KEYS: z
    .string({ error: "is needed: id:base64 of 32 bytes, comma-separated; the first one seals" })
    .transform((text, context) => {
      const keys = readMasterKeys(text);
      if (keys) return keys;
      context.addIssue({ code: "custom", message: "is id:base64 of 32 bytes, comma-separated; the first one seals" });
      return z.NEVER;
    }),
  PAYHUB_PUBLIC_URL: z.url({
    protocol: /^https?$/,
    error: "is needed: the http(s) address under which channels reach this api",
  }),
  PAYHUB_ONE_CENT: z.enum(["on", "off"], { error: "is on or off" }).default("off"),
  PAYHUB_LOG_LEVEL: z.enum(LOG_LEVELS, { error: `is one of ${LOG_LEVELS.join(", ")}` }).default("info"),
  PAYHUB_CHANNEL_DEADLINE_MS: millisecondsSchema({ min: 100, max: 60_000 }).default(8_000),
  PAYHUB_SHUTDOWN_GRACE_MS: millisecondsSchema({ min: 0, max: 600_000 }).default(20_000),
  PAYHUB_FAULTS: z
    .string()
    .regex(/^[a-z][a-z0-9.-]*=kill(,[a-z][a-z0-9.-]*=kill)*$/, { error: "is point=kill, comma-separated" })
    .optional(),
});

/** Reads the environment; throws one `Error` that names every variable that cannot be used, and never its value. */
export function readEnv(variables: Readonly<Record<string, string | undefined>>): ApiEnv {
  const given = Object.fromEntries(
    Object.entries(variables).filter(([, value]) => value !== undefined && value !== ""),
  );
  const parsed = ENV_SCHEMA.safeParse(given);
  const problems = new Map<string, string>();
  for (const issue of parsed.success ? [] : parsed.error.issues) {
    const name = String(issue.path[0]);
    if (!problems.has(name)) problems.set(name, issue.message);
  }
  for (const [name, problem] of contradictions(given)) problems.set(name, problem);
  if (!parsed.success || problems.size > 0) throw new Error(explain(problems));
  return present(parsed.data);
}

function* contradictions(given: Readonly<Record<string, string | undefined>>): Generator<[string, string]> {
  const production = given.NODE_ENV === "production";
  if (production && given.PAYHUB_ONE_CENT === "on") {
    yield ["PAYHUB_ONE_CENT", "is on, and a production process never charges one fen: turn it off"];
  }
  if (given.PAYHUB_FAULTS !== undefined && given.NODE_ENV !== "test") {
    yield ["PAYHUB_FAULTS", "is for tests: it needs NODE_ENV=test"];
  }
  if (production && !given.PAYHUB_REDIS_URL && !given.PAYHUB_DATABASE_URL?.startsWith("sqlite:")) {
    yield ["PAYHUB_REDIS_URL", "is needed in production with MySQL: redis://host:6379"];
  }
}

function present(env: z.output<typeof ENV_SCHEMA>): ApiEnv {
  return {
    production: env.NODE_ENV === "production",
    host: env.PAYHUB_HOST,
    port: env.PAYHUB_PORT,
    databaseUrl: env.PAYHUB_DATABASE_URL,
    redisUrl: env.PAYHUB_REDIS_URL,
    masterKeys: env.PAYHUB_MASTER_KEYS,
    publicUrl: env.PAYHUB_PUBLIC_URL.replace(/\/+$/, ""),
    oneCent: env.PAYHUB_ONE_CENT === "on",
    logLevel: env.PAYHUB_LOG_LEVEL,
    channelDeadlineMs: env.PAYHUB_CHANNEL_DEADLINE_MS,
    shutdownGraceMs: env.PAYHUB_SHUTDOWN_GRACE_MS,
    killAt: env.PAYHUB_FAULTS?.split(",").map((fault) => fault.split("=")[0] as string) ?? [],
  };
}

function explain(problems: ReadonlyMap<string, string>): string {
  const lines = [...problems].map(([name, problem]) => `  ${name} ${problem}`);
  return `payhub api cannot start; its environment has ${problems.size} problem(s):\n${lines.join("\n")}`;
}
