import { closeSync, openSync, readSync } from "node:fs";

const CHUNK_BYTES = 256 * 1024;

/** Reads a text file line by line, with no promise in between. */
export function openLines(path: string): { next(): string | undefined; close(): void } {
  const file = openSync(path, "r");
  const chunk = Buffer.allocUnsafe(CHUNK_BYTES);
  let text = "";
  let at = 0;

  function refill(): boolean {
    const size = readSync(file, chunk);
    text = text.slice(at) + chunk.toString("latin1", 0, size);
    at = 0;
    return size > 0;
  }

  return {
    next() {
      for (;;) {
        const end = text.indexOf("\n", at);
        if (end >= 0) {
          const line = text.slice(at, end);
          at = end + 1;
          return line;
        }
        if (!refill()) return undefined;
      }
    },
    close: () => closeSync(file),
  };
}
