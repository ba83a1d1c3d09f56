import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, describe, expect, test } from "vitest";

const RUN_PROCESS = new URL("./run-process.ts", import.meta.url).href;
const running: ChildProcess[] = [];

afterEach(() => {
  for (const child of running.splice(0)) child.kill("SIGKILL");
});

/** A process of `runProcess` with a start of its own; `up` resolves when it has started. */
function run(start: string) {
  const source = `
    import { runProcess } from ${JSON.stringify(RUN_PROCESS)};
    setInterval(() => {}, 1_000);
    runProcess(async () => { ${start} });
    setImmediate(() => console.log("up"));`;
  const child = spawn(process.execPath, ["--input-type=module", "--eval", source], {
    stdio: ["ignore", "pipe", "pipe"],
  });
  running.push(child);
  let errors = "";
  child.stderr.on("data", (chunk: Buffer) => {
    errors += chunk;
  });
  const exited = once(child, "close").then(([code, signal]) => ({ code: (code ?? signal) as number | string, errors }));
  return { child, up: once(child.stdout, "data"), exited };
}

describe("a signal", () => {
  test.each(["SIGTERM", "SIGINT"] as const)("%s closes it, and it leaves with 0", async (signal) => {
    const { child, up, exited } = run("return { close: async () => { console.error('closed'); return true } }");
    await up;
    child.kill(signal);
    expect(await exited).toEqual({ code: 0, errors: "closed\n" });
  });

  test("one that comes during the start closes what was started", async () => {
    const { child, up, exited } = run(`
      await new Promise((resolve) => setTimeout(resolve, 300));
      return { close: async () => { console.error("closed"); return true } }`);
    await up;
    child.kill("SIGTERM");
    expect(await exited).toEqual({ code: 0, errors: "closed\n" });
  });

  test("a grace that was not enough leaves with 1", async () => {
    const { child, up, exited } = run("return { close: async () => false }");
    await up;
    child.kill("SIGTERM");
    expect((await exited).code).toBe(1);
  });

  test("a close that fails says so and leaves with 1", async () => {
    const { child, up, exited } = run("return { close: async () => { throw new Error('no database') } }");
    await up;
    child.kill("SIGTERM");
    const { code, errors } = await exited;
    expect(code).toBe(1);
    expect(errors).toContain("no database");
  });

  test("the same one twice closes it once, and another a second later ends it at once", async () => {
    const { child, up, exited } = run(
      "return { close: () => { console.error('closing'); return new Promise(() => {}) } }",
    );
    await up;
    child.kill("SIGINT");
    await sleep(100);
    child.kill("SIGINT");
    await sleep(1_300);
    expect(child.exitCode).toBe(null);
    child.kill("SIGINT");
    expect(await exited).toEqual({ code: 1, errors: "closing\n" });
  });
});

describe("a failure", () => {
  test("of the start is told in one line without secrets", async () => {
    const { code, errors } = await run("throw new Error('mysql://payhub:hunter2@db refused')").exited;
    expect(code).toBe(1);
    expect(errors).toBe("mysql://payhub:[redacted]@db refused\n");
  });

  test.each([
    ["thrown by nobody's call", "setTimeout(() => { throw new Error('sk_0123456789abcdefghijkl') }, 10)"],
    ["of a promise that nobody awaits", "void Promise.reject(new Error('sk_0123456789abcdefghijkl'))"],
  ])("%s ends it, told with its stack and without secrets", async (_case, failing) => {
    const { code, errors } = await run(`${failing}; return { close: async () => true }`).exited;
    expect(code).toBe(1);
    expect(errors).toMatch(/^Error: \[redacted\]\n\s+at /);
  });
});
