import { afterAll, describe, expect, it } from "vitest";
import { checkBoundaries } from "./check-boundaries.ts";
import { layFixture } from "./fixture.ts";

const fixture = layFixture({ npmPackages: ["fastify", "zod"] });
afterAll(fixture.destroy);

/** What is said when `text` stands in a file `path` of an otherwise clean repository. */
async function brokenBy(path: string, text: string): Promise<string[]> {
  fixture.write(path, text);
  try {
    return await checkBoundaries(fixture.root);
  } finally {
    fixture.remove(path);
  }
}

const importing = (specifier: string) => `import { thing } from "${specifier}";\nexport const mine = thing;\n`;
const importingType = (specifier: string) => `import type { Thing } from "${specifier}";\nexport type Mine = Thing;\n`;

describe("checkBoundaries refuses", () => {
  it.each([
    ["a run back up", "packages/domain/src/a.ts", importing("@payhub/store"), "packages-domain-ours"],
    ["a type that runs back up", "packages/store/src/a.ts", importingType("@payhub/services"), "packages-store-ours"],
    [
      "a re-export that runs back up",
      "packages/channels/src/a.ts",
      'export * from "@payhub/store";\n',
      "packages-channels-ours",
    ],
    ["services in contract", "packages/contract/src/a.ts", importing("@payhub/services"), "packages-contract-ours"],
    ["an app in services", "packages/services/src/a.ts", importing("@payhub/api"), "packages-services-ours"],
    ["an app in a package's test", "packages/services/src/a.test.ts", importing("@payhub/api"), "packages-below-apps"],
    ["an app in another app", "apps/api/src/a.ts", importing("@payhub/reconcile"), "apps-api-ours"],
    ["tooling in a source", "packages/services/src/a.ts", importing("@payhub/testkit"), "packages-services-ours"],
    ["channels in the simulator", "packages/simulator/src/a.test.ts", importing("@payhub/channels"), "simulator-alone"],
    [
      "contract's values in client",
      "packages/client/src/a.ts",
      importing("@payhub/contract"),
      "packages-client-types-only",
    ],
    [
      "a package that the row does not name",
      "packages/channels/src/a.ts",
      importing("fastify"),
      "packages-channels-npm",
    ],
    ["any package in domain", "packages/domain/src/a.ts", importing("zod"), "packages-domain-npm"],
    ["a Node module in domain", "packages/domain/src/a.ts", importing("node:fs"), "packages-domain-no-node"],
    ["a Node module in contract", "packages/contract/src/a.ts", importing("node:crypto"), "packages-contract-no-node"],
    [
      "a path deeper than exports",
      "packages/channels/src/a.ts",
      importing("@payhub/domain/src/index.ts"),
      "resolvable",
    ],
    [
      "a relative path into a package",
      "packages/channels/src/a.ts",
      importing("../../domain/src/index.ts"),
      "by-package-name",
    ],
  ])("%s", async (_what, path, text, rule) => {
    expect(await brokenBy(path, text)).toContainEqual(expect.stringMatching(`^${rule}: ${path} → `));
  });

  it("modules that need each other", async () => {
    fixture.write("packages/domain/src/b.ts", importing("./a.ts"));
    const broken = await brokenBy("packages/domain/src/a.ts", importing("./b.ts"));
    fixture.remove("packages/domain/src/b.ts");
    expect(broken).toContain("no-cycle: packages/domain/src/a.ts → packages/domain/src/b.ts");
  });

  it("a test's part in a source", async () => {
    fixture.write("packages/channels/test/a.ts", "export const thing = 1;\n");
    const broken = await brokenBy("packages/channels/src/a.ts", importing("../test/a.ts"));
    const allowed = await brokenBy("packages/channels/src/a.test.ts", importing("../test/a.ts"));
    fixture.remove("packages/channels/test");
    expect(broken).toEqual(["tests-in-tests: packages/channels/src/a.ts → packages/channels/test/a.ts"]);
    expect(allowed).toEqual([]);
  });

  it("a package without a row", async () => {
    const broken = await brokenBy("packages/extra/src/a.ts", "export const a = 1;\n");
    fixture.remove("packages/extra");
    expect(broken).toEqual(["packages/extra has no row in may-import.ts"]);
  });
});

describe("checkBoundaries allows", () => {
  it("a clean repository", async () => {
    expect(await checkBoundaries(fixture.root)).toEqual([]);
  });

  it.each([
    ["what the row names", "packages/services/src/a.ts", importing("@payhub/store")],
    ["a package that the row names", "packages/contract/src/a.ts", importing("zod")],
    ["contract's types in client", "packages/client/src/a.ts", importingType("@payhub/contract")],
    ["tooling in a test", "packages/store/src/a.db.test.ts", importing("@payhub/testkit")],
    ["apps in the sandbox", "apps/sandbox/src/a.ts", importing("@payhub/api")],
  ])("%s", async (_what, path, text) => {
    expect(await brokenBy(path, text)).toEqual([]);
  });
});
