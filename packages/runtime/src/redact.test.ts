import { generateKeyPairSync, randomBytes } from "node:crypto";
import { describe, expect, test } from "vitest";
import { createLog } from "./log.ts";

const secret = `sk_${randomBytes(32).toString("base64url")}`;
const { privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
const pem = privateKey.export({ type: "pkcs8", format: "pem" }).toString();
const bare = privateKey.export({ type: "pkcs8", format: "der" }).toString("base64");
const signature = `v1=${randomBytes(32).toString("base64")}`;

function logged(write: (log: ReturnType<typeof createLog>) => void): string {
  const lines: string[] = [];
  write(createLog({ app: "test", level: "trace", destination: { write: (line) => lines.push(line) } }));
  return lines.join("");
}

describe("the log holds no secret", () => {
  test.each([
    ["by a field's name", { apiV3Key: "canary" }],
    ["by a header's name", { headers: { authorization: "canary", "payhub-signature": "canary", cookie: "canary" } }],
    ["deep inside, with a quote in it", { a: { b: [{ merchantPrivateKey: 'x"canary' }] } }],
    ["a bill store's key", { secretAccessKey: "canary" }],
    ["an object under a secret name", { credentials: { mchid: "1", key: "canary" } }],
    ["a list under a secret name", { masterKeys: ["canary"] }],
  ])("%s", (_case, fields) => {
    const line = logged((log) => log.info(fields, "said"));
    expect(line).not.toContain("canary");
    expect(line).toContain("[redacted]");
    expect(JSON.parse(line)).toMatchObject({ level: "info", msg: "said" });
  });

  test.each([
    ["an app's secret", secret],
    ["a request's signature", signature],
    ["a private key in PEM", pem],
    ["a private key in one line", bare],
    ["a password in an address", "mysql://payhub:s3cr3t@db:3306/payhub"],
    ["a WeChat Pay authorization", 'WECHATPAY2-SHA256-RSA2048 mchid="1",nonce_str="x",signature="c2lnbmF0dXJl"'],
  ])("%s in a message, a cause and a stack", (_case, text) => {
    const line = logged((log) => {
      const err = new Error(`first ${text}`, { cause: new Error(`then ${text}`) });
      log.error({ err, note: `see ${text} there` }, `failed with ${text}`);
    });
    const record = JSON.parse(line);
    const piece = text.startsWith("mysql") ? "s3cr3t" : text.slice(30, 44);
    expect(JSON.stringify(record)).not.toContain(JSON.stringify(piece).slice(1, -1));
    expect(record.err.cause.message).toContain("then ");
  });

  test("a library's own properties of an error are not logged", () => {
    const line = logged((log) => log.error({ err: Object.assign(new Error("refused"), { sql: "canary" }) }, "failed"));
    expect(line).toContain("refused");
    expect(line).not.toContain("canary");
  });

  test("what is not secret stays", () => {
    const fields = { path: "/trpc/payments.create", appId: "APP1", traceId: "ab", ms: 1.5, secretCount: 2 };
    expect(JSON.parse(logged((log) => log.info(fields, "request")))).toMatchObject(fields);
  });
});
