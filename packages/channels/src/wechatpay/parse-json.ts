import type { z } from "zod";

/** Reads JSON of a known shape from bytes that are already believed; `undefined` when they hold anything else. */
export function parseJson<T>(schema: z.ZodType<T>, bytes: Uint8Array): T | undefined {
  try {
    return schema.safeParse(JSON.parse(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString())).data;
  } catch {
    return undefined;
  }
}
