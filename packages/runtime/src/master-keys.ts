/** A key that seals secrets in the database; `key` is the base64 of 32 bytes. */
export interface MasterKey {
  id: string;
  key: string;
}

const MASTER_KEY = /^(?<id>[A-Za-z0-9_-]{1,32}):(?<key>[A-Za-z0-9+/]{43}=)$/;
const MAX_KEYS = 16;

/** Reads `id:base64,id2:base64`; null when any of them is not the base64 of 32 bytes or an id comes twice. */
export function readMasterKeys(text: string): readonly [MasterKey, ...MasterKey[]] | null {
  const keys: MasterKey[] = [];
  for (const part of text.split(",").slice(0, MAX_KEYS + 1)) {
    const { id, key } = MASTER_KEY.exec(part.trim())?.groups ?? {};
    if (id === undefined || key === undefined || keys.some((known) => known.id === id)) return null;
    keys.push({ id, key });
  }
  const [first, ...rest] = keys;
  return first === undefined || keys.length > MAX_KEYS ? null : [first, ...rest];
}
