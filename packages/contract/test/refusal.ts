import type { z } from "zod";

/** What a schema says of an input, as `path: message` of each issue; empty when it takes it. */
export function refusalsOf(schema: z.ZodType, input: unknown): string[] {
  const result = schema.safeParse(input);
  return result.success ? [] : result.error.issues.map(({ path, message }) => `${path.join(".")}: ${message}`);
}
