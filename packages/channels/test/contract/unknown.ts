import { expect, test } from "vitest";
import { type Bench, DEADLINE_MS, OPERATIONS } from "./bench.ts";
import type { ContractFault } from "./harness.ts";

const COMMON_FAULTS: readonly ContractFault[] = [
  { kind: "timeout_after_commit" },
  { kind: "timeout_before_commit" },
  { kind: "drop", when: "before" },
  { kind: "drop", when: "after" },
  { kind: "status", status: 500 },
  { kind: "status", status: 502 },
  { kind: "bad_signature" },
  { kind: "unsigned" },
];

export function describeUnknown<C>(bench: Bench<C>, own: readonly ContractFault[]): void {
  const operations = OPERATIONS.filter((operation) => operation !== "cancel" || bench.counters.length > 0);
  const cases = [...COMMON_FAULTS, ...own].flatMap((fault) =>
    operations.map((operation) => ({ operation, fault, title: `${operation}: ${Object.values(fault).join(" ")}` })),
  );
  test.each(cases)("$title", async ({ operation, fault }) => {
    const { attemptNo, run } = await bench.prepare(operation);
    const before = bench.harness.calls(attemptNo);
    bench.harness.fault({ operation, attemptNo, fault });
    const startedAt = performance.now();
    // A cancellation may be told to come again, which says no more.
    const kinds = operation === "cancel" ? /^(unknown|again)$/ : /^unknown$/;
    expect(await run()).toMatchObject({ kind: expect.stringMatching(kinds) });
    expect(performance.now() - startedAt).toBeLessThan(DEADLINE_MS + 500);
    // A call that a timeout still holds is not in the log yet: at most one, and never a blind repeat.
    expect(bench.harness.calls(attemptNo) - before).toBeLessThanOrEqual(1);
  });

  test("after an unknown create the same request goes through", async () => {
    const request = bench.request();
    bench.harness.fault({ operation: "create", attemptNo: request.attemptNo, fault: { kind: "drop", when: "after" } });
    expect(await bench.run("create", request)).toMatchObject({ kind: "unknown" });
    await bench.place(request);
  });
}
