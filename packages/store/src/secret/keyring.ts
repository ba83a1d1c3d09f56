import { createCipheriv, createDecipheriv, createSecretKey, type KeyObject, randomBytes } from "node:crypto";

/** Seals secrets for the database: AES-256-GCM, bound to an owner (such as an `accountNo`) and a field. */
export interface Keyring {
  /** Seals with the first key; the text names the key and differs each time. */
  seal(owner: string, field: string, plaintext: string): string;
  /** Opens with whichever key sealed it; throws `SealError`. */
  open(owner: string, field: string, sealed: string): string;
  /** Seals anew what an older key sealed, and gives back unchanged what the first key sealed; throws `SealError`. */
  reseal(owner: string, field: string, sealed: string): string;
}

/** Why a sealed text could not be opened; `not_authentic` is a wrong owner, a wrong field or a changed text. */
export type SealFailure = "malformed" | "unknown_key" | "not_authentic";

/** A sealed text that does not open; says nothing of its content. */
export class SealError extends Error {
  override readonly name = "SealError";
  readonly reason: SealFailure;

  constructor(reason: SealFailure, message: string, options?: ErrorOptions) {
    super(message, options);
    this.reason = reason;
  }
}

const ALGORITHM = "aes-256-gcm";
const KEY_BYTES = 32;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
const KEY_ID = /^[A-Za-z0-9_-]{1,32}$/;
const SEALED = /^([A-Za-z0-9_-]{1,32})\.([A-Za-z0-9_-]+)$/;

/** Makes a keyring; the first key seals, the others only open. `key` is base64 of 32 bytes. */
export function createKeyring({ keys }: { keys: readonly { id: string; key: string }[] }): Keyring {
  const [first] = keys;
  if (!first) throw new Error("a keyring needs a key");
  const keyOf = new Map(keys.map(({ id, key }) => [id, secretKey(id, key)]));
  if (keyOf.size !== keys.length) throw new Error("two keys of the keyring have the same id");

  const seal: Keyring["seal"] = (owner, field, plaintext) => {
    const sealed = encrypt(keyOf.get(first.id) as KeyObject, context(owner, field), plaintext);
    return `${first.id}.${sealed.toString("base64url")}`;
  };
  const open: Keyring["open"] = (owner, field, sealed) => {
    const { keyId, bytes } = parse(sealed);
    const key = keyOf.get(keyId);
    if (!key) throw new SealError("unknown_key", `the keyring has no key "${keyId}"`);
    return decrypt(key, context(owner, field), bytes);
  };
  return {
    seal,
    open,
    reseal(owner, field, sealed) {
      const plaintext = open(owner, field, sealed);
      return parse(sealed).keyId === first.id ? sealed : seal(owner, field, plaintext);
    },
  };
}

function secretKey(id: string, key: string): KeyObject {
  if (!KEY_ID.test(id)) throw new Error("a key's id has 1 to 32 letters, digits, _ or -");
  const bytes = Buffer.from(key, "base64");
  if (bytes.length !== KEY_BYTES) throw new Error(`the key "${id}" is not base64 of ${KEY_BYTES} bytes`);
  return createSecretKey(bytes);
}

/** Two fields of two owners never give the same bytes, whatever letters they have. */
function context(owner: string, field: string): Buffer {
  return Buffer.from(JSON.stringify([owner, field]));
}

function encrypt(key: KeyObject, aad: Buffer, plaintext: string): Buffer {
  const nonce = randomBytes(NONCE_BYTES);
  const cipher = createCipheriv(ALGORITHM, key, nonce, { authTagLength: TAG_BYTES }).setAAD(aad);
  const body = Buffer.concat([cipher.update(plaintext, "utf8"), cipher.final()]);
  return Buffer.concat([nonce, body, cipher.getAuthTag()]);
}

function decrypt(key: KeyObject, aad: Buffer, bytes: Buffer): string {
  const decipher = createDecipheriv(ALGORITHM, key, bytes.subarray(0, NONCE_BYTES), { authTagLength: TAG_BYTES });
  decipher.setAAD(aad).setAuthTag(bytes.subarray(-TAG_BYTES));
  try {
    const body = decipher.update(bytes.subarray(NONCE_BYTES, -TAG_BYTES));
    return Buffer.concat([body, decipher.final()]).toString("utf8");
  } catch (cause) {
    throw new SealError("not_authentic", "the sealed text is not what was sealed for this owner and field", { cause });
  }
}

function parse(sealed: string): { keyId: string; bytes: Buffer } {
  const [, keyId, body] = SEALED.exec(sealed) ?? [];
  const bytes = Buffer.from(body ?? "", "base64url");
  if (keyId === undefined || bytes.length < NONCE_BYTES + TAG_BYTES) {
    throw new SealError("malformed", "this is not a sealed text");
  }
  return { keyId, bytes };
}
