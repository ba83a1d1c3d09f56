import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { expect, it } from "vitest";

// A stand-in for a browser: `window` is there, `process` is not, and no module of Node's can be imported.
const IN_A_BROWSER = `
  import { isBuiltin, registerHooks } from "node:module";
  const write = process.stdout.write.bind(process.stdout);
  registerHooks({
    resolve(specifier, context, next) {
      if (isBuiltin(specifier)) throw new Error(specifier + " is imported by " + context.parentURL);
      return next(specifier, context);
    },
  });
  globalThis.window = globalThis;
  delete globalThis.process;
  delete globalThis.Buffer;
  const contract = await import(${JSON.stringify(new URL("./index.ts", import.meta.url).href)});
  write(Object.keys(contract).join(" "));`;

it("can be imported in a browser", async () => {
  const { stdout } = await promisify(execFile)(process.execPath, ["--input-type=module", "-e", IN_A_BROWSER], {
    env: {},
  });
  expect(stdout.split(" ")).toContain("appRouter");
}, 60_000);
