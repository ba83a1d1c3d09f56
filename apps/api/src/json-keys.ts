// In valid JSON these are all the strings and all the marks outside strings that matter here.
const TOKENS = /"(?:[^"\\]|\\.)*"|[{}[\],]/g;

/**
 * The first key that one object of a JSON text has twice, or null. Parsers differ in which of the two they believe,
 * so a signed body that holds such a pair means different things to different readers. Expects valid JSON.
 */
export function duplicateKeyOf(json: string): string | null {
  const open: (Set<string> | null)[] = [];
  let expectsKey = false;
  for (const [token] of json.matchAll(TOKENS)) {
    const keys = open.at(-1);
    switch (token) {
      case "{":
        open.push(new Set());
        expectsKey = true;
        break;
      case "[":
        open.push(null);
        expectsKey = false;
        break;
      case "}":
      case "]":
        open.pop();
        expectsKey = false;
        break;
      case ",":
        expectsKey = keys !== null && keys !== undefined;
        break;
      default: {
        if (!expectsKey || !keys) break;
        const key = token.includes("\\") ? String(JSON.parse(token)) : token.slice(1, -1);
        if (keys.has(key)) return key;
        keys.add(key);
        expectsKey = false;
      }
    }
  }
  return null;
}
