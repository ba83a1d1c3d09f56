import { open } from "node:fs/promises";

const LF = 0x0a;

/** Reads one side's parts one after the other, all into the same memory. */
export interface PartReader {
  /** The rows of a part, which can be gone through again until the next one is read; each is a text of its own. */
  read(path: string): Promise<Iterable<string>>;
}

/** Makes a reader that has room for the largest part so far. */
export function createPartReader(): PartReader {
  let bytes = Buffer.alloc(0);
  return {
    async read(path) {
      const file = await open(path, "r");
      try {
        const { size } = await file.stat();
        if (size > bytes.length) bytes = Buffer.allocUnsafeSlow(size);
        let end = 0;
        for (let read = -1; read !== 0 && end < size; end += read) {
          ({ bytesRead: read } = await file.read(bytes, end, size - end));
        }
        return rowsOf(bytes.subarray(0, end));
      } finally {
        await file.close();
      }
    },
  };
}

function rowsOf(bytes: Buffer): Iterable<string> {
  return {
    *[Symbol.iterator]() {
      for (let from = 0; from < bytes.length; ) {
        const to = bytes.indexOf(LF, from);
        yield bytes.toString("utf8", from, to);
        from = to + 1;
      }
    },
  };
}
