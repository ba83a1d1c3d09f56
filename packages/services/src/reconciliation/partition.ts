import { type FileHandle, open } from "node:fs/promises";
import { join } from "node:path";

/** Into how many files each side is cut; what one of them holds is compared in memory. */
export const PARTS = 128;

// Each part waits in memory for so much; a row is shorter.
const WAITING_BYTES = 32 * 1024;
const BYTES_OF_CHARACTER = 3;
const LF = 0x0a;

/** Cuts rows into parts by a key, so that both sides' rows of one key are in parts of one number. */
export interface PartWriter {
  /** Takes a row without line breaks; a promise when something was written, to be awaited before the next one. */
  add(key: string, row: string): Promise<void> | undefined;
  /** Writes what is left; call it on every way out. */
  close(): Promise<void>;
}

/** Opens the parts of one side in a directory, as new files. */
export async function openParts(directory: string, side: string): Promise<PartWriter> {
  const parts: Part[] = [];
  const closeAll = async () => {
    for (const { file } of parts) await file.close();
  };
  try {
    for (let part = 0; part < PARTS; part++) {
      const file = await open(pathOfPart(directory, side, part), "wx", 0o600);
      parts.push({ file, waiting: Buffer.allocUnsafe(WAITING_BYTES), size: 0 });
    }
  } catch (error) {
    await closeAll();
    throw error;
  }
  return {
    add(key, row) {
      const part = parts[partOf(key)];
      if (!part) return undefined;
      if (part.size + row.length * BYTES_OF_CHARACTER < WAITING_BYTES) {
        take(part, row);
        return undefined;
      }
      return flush(part).then(() => take(part, row));
    },
    async close() {
      try {
        for (const part of parts) await flush(part);
      } finally {
        await closeAll();
      }
    },
  };
}

interface Part {
  file: FileHandle;
  waiting: Buffer;
  /** How much of `waiting` is taken. */
  size: number;
}

/** A row's bytes at once: a million texts that wait would be moved about in memory. */
function take(part: Part, row: string): void {
  part.size += part.waiting.write(row, part.size);
  part.size = part.waiting.writeUInt8(LF, part.size);
}

async function flush(part: Part): Promise<void> {
  await part.file.appendFile(part.waiting.subarray(0, part.size));
  part.size = 0;
}

/** Where the part of that number of one side is. */
export function pathOfPart(directory: string, side: string, part: number): string {
  return join(directory, `${side}-${part}`);
}

const FNV_OFFSET = 0x811c9dc5;
const FNV_PRIME = 0x01000193;

// Numbers begin with the time, alike for many, and end with what tells them apart.
const KEY_CHARACTERS = 8;

/** FNV-1a over the key's last characters. */
function partOf(key: string): number {
  let hash = FNV_OFFSET;
  for (let at = Math.max(0, key.length - KEY_CHARACTERS); at < key.length; at++)
    hash = Math.imul(hash ^ key.charCodeAt(at), FNV_PRIME);
  return (hash >>> 0) % PARTS;
}
