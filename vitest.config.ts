import { defineConfig } from "vitest/config";

const exclude = ["**/node_modules/**", "**/dist/**"];

export default defineConfig({
  test: {
    maxWorkers: 2,
    // A busy machine is slow; what is awaited still has to come.
    expect: { poll: { timeout: 15_000 } },
    provide: {
      mysqlUrl: process.env.PAYHUB_MYSQL_URL ?? "",
      redisUrl: process.env.PAYHUB_REDIS_URL ?? "",
      chromiumPath: process.env.PAYHUB_CHROMIUM ?? "",
    },
    projects: [
      {
        extends: true,
        test: {
          name: "unit",
          include: ["{apps,packages,tooling}/*/{src,test}/**/*.test.ts"],
          exclude: [...exclude, "**/*.db.test.ts", "**/*.e2e.test.ts"],
          testTimeout: 30_000,
          sequence: { groupOrder: 1 },
        },
      },
      {
        extends: true,
        test: {
          name: "db",
          include: ["{apps,packages,tooling}/*/{src,test}/**/*.db.test.ts"],
          exclude,
          testTimeout: 30_000,
          hookTimeout: 60_000,
          sequence: { groupOrder: 2 },
        },
      },
      {
        extends: true,
        test: {
          name: "e2e",
          include: ["{apps,packages,tooling}/*/test/**/*.e2e.test.ts"],
          exclude,
          // Each file starts processes of its own: one file at a time leaves them the cores.
          fileParallelism: false,
          testTimeout: 120_000,
          hookTimeout: 120_000,
          sequence: { groupOrder: 3 },
        },
      },
    ],
  },
});
