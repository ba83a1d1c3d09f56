/** What a document names: a repository path, a relative link, or an npm script; `line` counts from 1. */
export type Reference = { kind: "path" | "link" | "script"; target: string; line: number };

const link = /\]\(([^)\s]+)(?:\s+"[^"]*")?\)/g;
const code = /`([^`]+)`/g;
const script = /\bnpm (?:run ([\w:-]+)|(test)\b)/g;

const placeholder = /[<>…{}\s]|NNNN/;

/** The references of a Markdown text; a code span is a path when it starts with one of `topFolders`. */
export function findReferences(text: string, topFolders: readonly string[]): Reference[] {
  let fenced = false;
  return text.split("\n").flatMap((content, index) => {
    const isFence = content.trimStart().startsWith("```");
    if (isFence) fenced = !fenced;
    const line = index + 1;
    const scripts = targets(content, script).map((target): Reference => ({ kind: "script", target, line }));
    if (fenced || isFence) return scripts;
    const links = targets(content, link)
      .filter((target) => !/^(?:[a-z]+:|#)/.test(target))
      .map((target): Reference => ({ kind: "link", target: withoutPlace(target), line }));
    const paths = targets(content, code)
      .filter((target) => topFolders.some((folder) => target.startsWith(`${folder}/`)) && !placeholder.test(target))
      .map((target): Reference => ({ kind: "path", target: withoutPlace(target), line }));
    return [...scripts, ...links, ...paths];
  });
}

function targets(content: string, pattern: RegExp): string[] {
  return [...content.matchAll(pattern)].flatMap(([, first, second]) => first ?? second ?? []);
}

/** `a.ts:12` and `a.md#part` name a place in a file. */
function withoutPlace(target: string): string {
  return target.replace(/(?:#.*|:\d+)$/, "");
}
