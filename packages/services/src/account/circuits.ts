import type { ChannelConnection, Unsent } from "@payhub/channels";
import { BrokenCircuitError, CircuitState, ConsecutiveBreaker, circuitBreaker, handleWhenResult } from "cockatiel";

/** When an account's operation is no longer tried: after so many answers in a row that are none, until a probe some time later. */
export interface CircuitSettings {
  failures: number;
  halfOpenAfterMs: number;
}

/** What asks the channel; the rest reads what is here already. */
type Operation = Exclude<
  keyof ChannelConnection,
  "payee" | "scenes" | "billKinds" | "readNotification" | "readTradeBill" | "readFundFlowBill"
>;

/**
 * Puts a circuit before each operation of a line to a channel. While it is open a call is `unsent` at once: nothing is guessed and
 * nothing waits; one call at a time probes whether the channel is back. `onOpen` is called once for each outage.
 */
export function withCircuits(
  connection: ChannelConnection,
  { failures, halfOpenAfterMs }: CircuitSettings,
  onOpen: (operation: Operation) => void,
): ChannelConnection {
  function guard<Request, Outcome extends { kind: string }>(
    operation: Operation,
    call: (request: Request) => Promise<Outcome>,
  ): (request: Request) => Promise<Outcome | Unsent> {
    const noAnswer = handleWhenResult(
      (outcome) => hasKind(outcome) && (outcome.kind === "unknown" || outcome.kind === "unsent"),
    );
    const breaker = new ConsecutiveBreaker(failures);
    const policy = circuitBreaker(noAnswer, { breaker, halfOpenAfter: halfOpenAfterMs });
    let isTold = false;
    policy.onBreak(() => {
      if (!isTold) onOpen(operation);
      isTold = true;
    });
    policy.onReset(() => {
      isTold = false;
    });
    const notTried = (): Unsent => ({ kind: "unsent", reason: `the circuit of ${operation} is open` });
    return async (request) => {
      // The policy itself would have this call wait for the probe's end, and then go beyond its deadline.
      if (policy.state === CircuitState.HalfOpen) return notTried();
      try {
        return await policy.execute(() => call(request));
      } catch (error) {
        if (error instanceof BrokenCircuitError) return notTried();
        throw error;
      }
    };
  }
  return {
    ...connection,
    create: guard("create", (request) => connection.create(request)),
    query: guard("query", (request) => connection.query(request)),
    close: guard("close", (request) => connection.close(request)),
    cancel: guard("cancel", (request) => connection.cancel(request)),
    refund: guard("refund", (request) => connection.refund(request)),
    queryRefund: guard("queryRefund", (request) => connection.queryRefund(request)),
    fetchBill: guard("fetchBill", (request) => connection.fetchBill(request)),
  };
}

function hasKind(outcome: unknown): outcome is { kind: string } {
  return typeof outcome === "object" && outcome !== null && "kind" in outcome;
}
