import { describe, expect, it } from "vitest";
import type { TestReport } from "./read-report.ts";
import { closingLine, summarize } from "./summary.ts";

type FileResult = TestReport["testResults"][number];

function file(status: string, ...assertions: string[]): FileResult {
  return { name: "a.test.ts", status, message: "", assertionResults: assertions.map((s) => ({ status: s })) };
}

function reportOf(...testResults: FileResult[]): TestReport {
  const count = (status: string) =>
    testResults.flatMap((result) => result.assertionResults).filter((assertion) => assertion.status === status).length;
  return { numPassedTests: count("passed"), numFailedTests: count("failed"), testResults };
}

describe("summarize", () => {
  it("counts what passed", () => {
    const report = reportOf(file("passed", "passed", "passed"), file("passed", "passed"));
    expect(summarize({ report, exitCode: 0 })).toEqual({ passed: 3, failed: 0, problems: [] });
  });

  it("counts a failed test once, not its file again", () => {
    const report = reportOf(file("failed", "passed", "failed"));
    expect(summarize({ report, exitCode: 1 })).toEqual({ passed: 1, failed: 1, problems: [] });
  });

  it("counts a file that failed outside its tests", () => {
    const report = reportOf(file("passed", "passed"), file("failed"), file("failed", "skipped"));
    expect(summarize({ report, exitCode: 1 })).toMatchObject({ passed: 1, failed: 2 });
  });

  it("fails a run that wrote no report, whatever its exit code", () => {
    expect(summarize({ report: undefined, exitCode: 0 })).toMatchObject({ passed: 0, failed: 1 });
  });

  it("fails a run without tests", () => {
    expect(summarize({ report: reportOf(), exitCode: 0 })).toMatchObject({ passed: 0, failed: 1 });
    expect(summarize({ report: reportOf(file("passed", "skipped")), exitCode: 0 })).toMatchObject({ failed: 1 });
  });

  it("fails a run that ended with an error outside every test", () => {
    const report = reportOf(file("passed", "passed"));
    expect(summarize({ report, exitCode: 1 })).toMatchObject({ passed: 1, failed: 1 });
  });
});

describe("closingLine", () => {
  it("is the plain line that tools read", () => {
    expect(closingLine({ passed: 12, failed: 0, problems: [] })).toBe("12 passed, 0 failed");
  });
});
