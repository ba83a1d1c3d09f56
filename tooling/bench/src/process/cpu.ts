import { readFileSync } from "node:fs";

const TICK_US = 10_000;

/** CPU time that a process has used, in µs; undefined where it cannot be told. */
export function cpuUs(pid: number): number | undefined {
  try {
    // The name in parentheses may hold spaces; user and system time are the 14th and 15th field.
    const fields = readFileSync(`/proc/${pid}/stat`, "utf8").split(") ")[1]?.split(" ") ?? [];
    return (Number(fields[11]) + Number(fields[12])) * TICK_US;
  } catch {
    return undefined;
  }
}
