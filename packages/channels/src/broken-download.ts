/** The network's part of a download failed: nothing is known of the file. Its message names no path and no token. */
export class BrokenDownload extends Error {}

/** A body's chunks; failures of the network are told apart from those of the disk, as {@link BrokenDownload}. */
export async function* chunksOf(body: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  try {
    for await (const chunk of body) yield chunk;
  } catch (error) {
    broken(error);
  }
}

/** Throws what a network's error comes to: its code only, for its message may hold the address with its token. */
export function broken(error: unknown): never {
  const code = error instanceof Error && "code" in error ? error.code : undefined;
  throw new BrokenDownload(typeof code === "string" ? code : error instanceof Error ? error.name : "error");
}
