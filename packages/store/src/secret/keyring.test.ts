import { randomBytes } from "node:crypto";
import { describe, expect, test } from "vitest";
import { createKeyring, SealError, type SealFailure } from "./keyring.ts";

const newKey = (id: string) => ({ id, key: randomBytes(32).toString("base64") });
const older = newKey("2025");
const newer = newKey("2026");
const keyring = createKeyring({ keys: [newer, older] });

function failureOf(open: () => string): SealFailure | "opened" {
  try {
    open();
    return "opened";
  } catch (error) {
    if (error instanceof SealError) return error.reason;
    throw error;
  }
}

describe("a keyring", () => {
  test("opens what it sealed, of any length and letters", () => {
    for (const plaintext of ["", "secret", "密钥 🔑", "x".repeat(20_000)]) {
      expect(keyring.open("A1", "apiV3Key", keyring.seal("A1", "apiV3Key", plaintext))).toBe(plaintext);
    }
  });

  test("names the first key, hides the text, and never seals twice the same", () => {
    const sealed = keyring.seal("A1", "apiV3Key", "secret-secret");
    expect(sealed).toMatch(/^2026\./);
    expect(Buffer.from(sealed.slice(5), "base64url").toString("latin1")).not.toContain("secret");
    expect(keyring.seal("A1", "apiV3Key", "secret-secret")).not.toBe(sealed);
  });

  test("opens for the owner and the field only", () => {
    const sealed = keyring.seal("A1", "privateKey", "secret");
    expect(failureOf(() => keyring.open("A2", "privateKey", sealed))).toBe("not_authentic");
    expect(failureOf(() => keyring.open("A1", "apiV3Key", sealed))).toBe("not_authentic");
    expect(failureOf(() => keyring.open("A1p", "rivateKey", sealed))).toBe("not_authentic");
  });

  test("notices every changed byte", () => {
    const sealed = keyring.seal("A1", "privateKey", "secret");
    const bytes = Buffer.from(sealed.slice(5), "base64url");
    for (let index = 0; index < bytes.length; index++) {
      const changed = Buffer.from(bytes);
      changed.writeUInt8(changed.readUInt8(index) ^ 1, index);
      const text = `2026.${changed.toString("base64url")}`;
      expect(failureOf(() => keyring.open("A1", "privateKey", text))).toBe("not_authentic");
    }
  });

  test("refuses another key's name, and what is no sealed text", () => {
    const sealed = keyring.seal("A1", "privateKey", "secret");
    expect(failureOf(() => keyring.open("A1", "privateKey", sealed.replace("2026", "2025")))).toBe("not_authentic");
    expect(failureOf(() => keyring.open("A1", "privateKey", sealed.replace("2026", "2024")))).toBe("unknown_key");
    for (const text of ["", "secret", "2026.", "2026.AAAA", `${sealed}=`]) {
      expect(failureOf(() => keyring.open("A1", "privateKey", text))).toBe("malformed");
    }
  });

  test("reseals what an older key sealed, and only that", () => {
    const old = createKeyring({ keys: [older] }).seal("A1", "privateKey", "secret");
    const fresh = keyring.reseal("A1", "privateKey", old);
    expect(createKeyring({ keys: [newer] }).open("A1", "privateKey", fresh)).toBe("secret");
    expect(keyring.reseal("A1", "privateKey", fresh)).toBe(fresh);
    expect(failureOf(() => keyring.reseal("A2", "privateKey", old))).toBe("not_authentic");
  });

  test("is not made of bad keys, and shows none of them", () => {
    const short = { id: "short", key: randomBytes(16).toString("base64") };
    expect(() => createKeyring({ keys: [] })).toThrow("needs a key");
    expect(() => createKeyring({ keys: [newer, { ...older, id: newer.id }] })).toThrow("same id");
    expect(() => createKeyring({ keys: [{ ...newer, id: "a.b" }] })).toThrow("letters");
    expect(() => createKeyring({ keys: [short] })).toThrow(/^the key "short" is not base64 of 32 bytes$/);
  });
});
