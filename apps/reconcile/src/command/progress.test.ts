import { PassThrough } from "node:stream";
import { expect, test } from "vitest";
import { startProgress } from "./progress.ts";

/** A terminal of 80 columns, and all that was written to it. */
function terminal() {
  const stream = Object.assign(new PassThrough(), { isTTY: true, columns: 80 });
  let text = "";
  stream.on("data", (chunk) => {
    text += chunk;
  });
  return { stream, text: () => text };
}

const AT = { accountNo: "A1", businessDay: "2026-11-20", stage: "match", linesRead: 1_000_000, compared: 20 } as const;

test("draws a bar over days and stages, and writes lines above it", async () => {
  const { stream, text } = terminal();
  const progress = startProgress({ stream, isShown: true });
  progress.begin(2);
  progress.dayDone();
  progress.show(AT);
  progress.write(`${"一".repeat(60)}\n`);
  progress.stop();
  progress.write("afterwards\n");
  expect(text()).toContain("66%  1/2  match: 1,000,000 lines read, 20 compared");
  expect(text()).toContain(`${"一".repeat(60)}\n`);
  expect(text().endsWith("afterwards\n")).toBe(true);
});

test("without a bar only what is written appears", () => {
  const { stream, text } = terminal();
  const progress = startProgress({ stream, isShown: false });
  progress.begin(2);
  progress.show(AT);
  progress.write("a line\n");
  progress.dayDone();
  progress.stop();
  expect(text()).toBe("a line\n");
});
