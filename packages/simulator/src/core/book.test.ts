import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, expect, test } from "vitest";
import { openBook } from "./book.ts";

const directory = mkdtempSync(join(tmpdir(), "payhub-book-"));
const dataFile = join(directory, "book.sqlite");
afterEach(() => rmSync(directory, { recursive: true, force: true }));

test("what was put is there after a reopening, newest value, in order of first put", () => {
  const book = openBook({ dataFile });
  const trades = book.collection<{ total: number }>("trade");
  trades.put("a", { total: 1 });
  trades.put("b", { total: 2 });
  trades.put("a", { total: 3 });
  book.collection<string>("code").put("a", "not a trade");
  book.close();
  book.close();

  const reopened = openBook({ dataFile });
  expect(reopened.collection("trade").list()).toEqual([{ total: 3 }, { total: 2 }]);
  expect(reopened.collection("code").get("a")).toBe("not a trade");
  reopened.close();
});

test("one name is one collection", () => {
  const book = openBook();
  book.collection<number>("n").put("x", 1);
  expect(book.collection<number>("n").get("x")).toBe(1);
});
