/**
 * What the sources of a workspace may import. `ours`: names of our packages; `typesOf`: those of which only types; `others`: npm
 * packages, or "any"; `node`: whether Node's own modules. Tests are freer, see rules.ts. A workspace without a row is refused.
 */
export type MayImport = {
  ours: readonly string[];
  typesOf?: readonly string[];
  others: readonly string[] | "any";
  node: boolean;
};

/** The dependency table of the house: data runs app → contract → services → channels / store → domain, and nothing runs back up. */
export const mayImport: Readonly<Record<string, MayImport>> = {
  "packages/domain": { ours: [], others: [], node: false },
  "packages/channels": {
    ours: ["domain"],
    others: ["alipay-sdk", "csv-parse", "undici", "urllib", "yauzl", "zod"],
    node: true,
  },
  "packages/store": { ours: ["domain"], others: ["@aws-sdk/client-s3", "@mikro-orm/*", "ioredis"], node: true },
  "packages/services": {
    ours: ["domain", "channels", "store"],
    others: ["canonicalize", "cockatiel", "csv-stringify", "hucre"],
    node: true,
  },
  "packages/runtime": { ours: ["domain", "channels", "store", "services"], others: ["pino", "zod"], node: true },
  "packages/contract": { ours: ["domain"], others: ["@trpc/server", "zod"], node: false },
  "packages/client": { ours: [], typesOf: ["contract"], others: ["@trpc/client", "eventsource"], node: true },
  "packages/simulator": { ours: [], others: "any", node: true },
  "apps/api": { ours: ["runtime", "services", "channels", "store", "contract", "domain"], others: "any", node: true },
  "apps/reconcile": {
    ours: ["runtime", "services", "channels", "store", "contract", "domain"],
    others: "any",
    node: true,
  },
  "apps/sandbox": {
    ours: ["api", "reconcile", "simulator", "client", "runtime", "services", "channels", "store", "contract", "domain"],
    others: "any",
    node: true,
  },
};
