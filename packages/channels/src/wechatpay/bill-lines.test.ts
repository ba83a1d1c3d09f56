import { expect, test } from "vitest";
import { LineSplitter } from "./bill-lines.ts";

function split(chunks: readonly string[], lineBytes = 10): { lines: string[]; isUnended: boolean; early: number } {
  const lines: string[] = [];
  const splitter = new LineSplitter({ lineBytes }, (bytes, from, to) => lines.push(bytes.toString("utf8", from, to)));
  for (const chunk of chunks) splitter.push(Buffer.from(chunk));
  const early = lines.length;
  return { early, isUnended: splitter.end(), lines };
}

test.each([
  [["a\nb\r\n", "c"], ["a", "b", "c"], true],
  [["a\r", "\nb", "c\n"], ["a", "bc"], false],
  [["\n\r\n\n"], ["", "", ""], false],
  [["a\rb\n"], ["a\rb"], false],
  [[], [], false],
  [["0123456789\n"], ["0123456789"], false],
  [["0123456789\r", "\n"], ["0123456789"], false],
  [["0123456789ab\nc\n"], ["0123456789a", "c"], false],
])("%j", (chunks, lines, isUnended) => {
  expect(split(chunks)).toMatchObject({ lines, isUnended });
});

test("of a line without end only the beginning is kept, and it is given as soon as it is too long", () => {
  const chunks = Array.from({ length: 100 }, () => "x".repeat(7));
  expect(split(chunks)).toEqual({ early: 1, isUnended: true, lines: ["x".repeat(11)] });
  expect(split([...chunks, "\ny\n"])).toEqual({ early: 2, isUnended: false, lines: ["x".repeat(11), "y"] });
});

const CONTENTS = "first\r\nsecond\n\nthird is long\r\nfourth\nunended";

test.each([1, 2, 3, 5, 7, 11, CONTENTS.length])("the same lines in pieces of %i bytes", (size) => {
  const pieces = Array.from({ length: Math.ceil(CONTENTS.length / size) }, (_, at) =>
    CONTENTS.slice(at * size, (at + 1) * size),
  );
  const lines = ["first", "second", "", "third is lo", "fourth", "unended"];
  expect(split(pieces)).toMatchObject({ lines, isUnended: true });
});
