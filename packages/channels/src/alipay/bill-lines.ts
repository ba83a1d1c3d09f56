import { TextDecoder } from "node:util";

/** What a line of a bill may have in characters; of a longer one only one more is kept. */
export const MAX_LINE_LENGTH = 16_384;

const BOM = [0xef, 0xbb, 0xbf] as const;

/** Cuts a file into its lines, some at a time: GBK, or UTF-8 when it begins with that mark; LF or CRLF. */
export async function* linesOf(bytes: AsyncIterable<Uint8Array>): AsyncGenerator<string[]> {
  let decoder: TextDecoder | undefined;
  let rest = "";
  for await (const chunk of bytes) {
    decoder ??= new TextDecoder(BOM.every((byte, index) => chunk[index] === byte) ? "utf-8" : "gbk");
    const text = rest + decoder.decode(chunk, { stream: true });
    const lines = text.split("\n");
    rest = (lines.pop() ?? "").slice(0, MAX_LINE_LENGTH + 1);
    if (lines.length > 0) yield lines.map(trimmed);
  }
  const last = rest + (decoder?.decode() ?? "");
  if (last !== "") yield [trimmed(last)];
}

function trimmed(line: string): string {
  const whole = line.length > MAX_LINE_LENGTH ? line.slice(0, MAX_LINE_LENGTH + 1) : line;
  return whole.endsWith("\r") ? whole.slice(0, -1) : whole;
}
