import { type FileHandle, open, readFile } from "node:fs/promises";
import { join } from "node:path";

/** Into how many files each side is cut; what one of them holds is compared in memory. */
export const PARTS = 64;

const FLUSH_CHARACTERS = 64 * 1024;

/** Cuts rows into parts by a key, so that both sides' rows of one key are in parts of one number. */
export interface PartWriter {
  /** Takes a row without line breaks; a promise when something was written. */
  add(key: string, row: string): Promise<void> | undefined;
  /** Writes what is left; call it on every way out. */
  close(): Promise<void>;
}

/** Opens the parts of one side in a directory, as new files. */
export async function openParts(directory: string, side: string): Promise<PartWriter> {
  const files: FileHandle[] = [];
  try {
    for (let part = 0; part < PARTS; part++) files.push(await open(pathOf(directory, side, part), "wx", 0o600));
  } catch (error) {
    for (const file of files) await file.close();
    throw error;
  }
  const waiting = files.map(() => "");
  function flush(part: number): Promise<void> | undefined {
    const text = waiting[part];
    waiting[part] = "";
    return text === "" || text === undefined ? undefined : files[part]?.appendFile(text);
  }
  return {
    add(key, row) {
      const part = partOf(key);
      const text = `${waiting[part]}${row}\n`;
      waiting[part] = text;
      return text.length < FLUSH_CHARACTERS ? undefined : flush(part);
    },
    async close() {
      try {
        for (let part = 0; part < PARTS; part++) await flush(part);
      } finally {
        for (const file of files) await file.close();
      }
    },
  };
}

/** The rows of one part. */
export async function readPart(directory: string, side: string, part: number): Promise<string[]> {
  const text = await readFile(pathOf(directory, side, part), "utf8");
  return text === "" ? [] : text.slice(0, -1).split("\n");
}

function pathOf(directory: string, side: string, part: number): string {
  return join(directory, `${side}-${part}`);
}

const FNV_OFFSET = 0x811c9dc5;
const FNV_PRIME = 0x01000193;

// Numbers begin with the time, alike for many, and end with what tells them apart.
const KEY_CHARACTERS = 16;

/** FNV-1a over the key's last characters. */
function partOf(key: string): number {
  let hash = FNV_OFFSET;
  for (let at = Math.max(0, key.length - KEY_CHARACTERS); at < key.length; at++)
    hash = Math.imul(hash ^ key.charCodeAt(at), FNV_PRIME);
  return (hash >>> 0) % PARTS;
}
