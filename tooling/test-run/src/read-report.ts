import { existsSync, readFileSync } from "node:fs";

/** The parts of vitest's JSON report that we count by (https://vitest.dev/guide/reporters#json-reporter). */
export type TestReport = {
  numPassedTests: number;
  numFailedTests: number;
  testResults: { name: string; status: string; message: string; assertionResults: { status: string }[] }[];
};

/** The report at `path`; undefined when the run ended before it was written whole. */
export function readReport(path: string): TestReport | undefined {
  if (!existsSync(path)) return undefined;
  try {
    return JSON.parse(readFileSync(path, "utf8"));
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}
