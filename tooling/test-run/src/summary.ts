import type { TestReport } from "./read-report.ts";

/** What a run comes to; `problems` explains each failure that is not a failed test. */
export type Summary = { passed: number; failed: number; problems: string[] };

/** Counts a run honestly: no report, no test, a file that failed outside its tests and an error outside every test are failures too. */
export function summarize({ report, exitCode }: { report: TestReport | undefined; exitCode: number }): Summary {
  if (!report) return { passed: 0, failed: 1, problems: [`the run ended with ${exitCode} before it wrote its report`] };
  const { numPassedTests: passed, numFailedTests, testResults } = report;
  const brokenFiles = testResults.filter(failedOutsideItsTests);
  const problems = brokenFiles.map(({ name }) => `${name} failed outside its tests`);
  const failed = numFailedTests + brokenFiles.length;
  if (failed > 0) return { passed, failed, problems };
  if (passed === 0) return { passed, failed: 1, problems: ["no test ran"] };
  if (exitCode !== 0) return { passed, failed: 1, problems: [`vitest ended with ${exitCode}, though no test failed`] };
  return { passed, failed: 0, problems: [] };
}

/** The last line of every run. */
export function closingLine({ passed, failed }: Summary): string {
  return `${passed} passed, ${failed} failed`;
}

/** A syntax error, an import that throws or a failed hook: the file failed, none of its tests did. */
function failedOutsideItsTests({ status, assertionResults }: TestReport["testResults"][number]): boolean {
  return status === "failed" && !assertionResults.some((assertion) => assertion.status === "failed");
}
