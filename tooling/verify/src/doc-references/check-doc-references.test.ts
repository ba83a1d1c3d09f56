import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { checkDocReferences } from "./check-doc-references.ts";

const root = mkdtempSync(join(tmpdir(), "payhub-doc-references-"));

function write(path: string, text: string): void {
  mkdirSync(dirname(join(root, path)), { recursive: true });
  writeFileSync(join(root, path), text);
}

beforeAll(() => {
  write("package.json", JSON.stringify({ scripts: { test: "", verify: "" } }));
  write("packages/domain/src/money.ts", "");
  write("docs/glossary.md", "# Words\n");
});
afterAll(() => rmSync(root, { recursive: true }));

describe("checkDocReferences", () => {
  it.each([
    ["a path", "see `packages/domain/src/yuan.ts`", "path packages/domain/src/yuan.ts"],
    ["a pattern that matches nothing", "see `packages/*/src/yuan.ts`", "path packages/*/src/yuan.ts"],
    ["a link", "see [the words](docs/words.md#payment)", "link docs/words.md"],
    ["a script", "run `npm run fly`", "script fly"],
    ["a script in a block", "```\nnpm run fly -- --once\n```", "script fly"],
  ])("refuses %s that does not exist", (_what, text, said) => {
    write("README.md", text);
    expect(checkDocReferences(root)).toEqual([expect.stringMatching(/^README\.md:\d+: .* does not exist$/)]);
    expect(checkDocReferences(root)[0]).toContain(said);
  });

  it("names the line", () => {
    write("README.md", "# payhub\n\n`docs/none.md`\n");
    expect(checkDocReferences(root)).toEqual(["README.md:3: path docs/none.md does not exist"]);
  });

  it("resolves a link from the document's own folder", () => {
    write("README.md", "");
    write("docs/a.md", "[words](glossary.md) [code](../packages/domain)");
    expect(checkDocReferences(root)).toEqual([]);
    write("docs/a.md", "[words](docs/glossary.md)");
    expect(checkDocReferences(root)).toHaveLength(1);
    rmSync(join(root, "docs/a.md"));
  });

  it.each([
    [
      "what exists",
      "`packages/domain/src/money.ts:3`, `packages/*/src`, [words](docs/glossary.md), `npm test`, `npm run verify`",
    ],
    ["addresses and anchors", "[WeChat Pay](https://pay.weixin.qq.com/doc) [below](#below)"],
    ["placeholders", "`docs/adr/NNNN-title.md`, `packages/<name>/src`, `application/json`"],
  ])("allows %s", (_what, text) => {
    write("README.md", text);
    expect(checkDocReferences(root)).toEqual([]);
  });
});
