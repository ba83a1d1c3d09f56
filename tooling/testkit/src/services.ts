import { inject } from "vitest";

declare module "vitest" {
  interface ProvidedContext {
    mysqlUrl: string;
    redisUrl: string;
    chromiumPath: string;
  }
}

/** Where the run's MySQL and Redis answer (`mysql://…`, `redis://…`); throws when the run was started without them. */
export function testServices(): { mysqlUrl: string; redisUrl: string } {
  return {
    mysqlUrl: required("mysqlUrl", "PAYHUB_MYSQL_URL"),
    redisUrl: required("redisUrl", "PAYHUB_REDIS_URL"),
  };
}

/** The path of a Chromium for browser tests; throws when the run was started without one. */
export function testChromiumPath(): string {
  return required("chromiumPath", "PAYHUB_CHROMIUM");
}

function required(key: "mysqlUrl" | "redisUrl" | "chromiumPath", variable: string): string {
  const value = inject(key);
  if (!value) throw new Error(`${variable} is not set: start the tests with \`npm test\`, or set it`);
  return value;
}
