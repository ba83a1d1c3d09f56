import { PayhubError } from "@payhub/domain";
import type { Caller, Context, EventPorts, PaymentPorts, ReconciliationPorts, RefundPorts } from "../src/ports.ts";

/** The verified app of {@link contextOf}. */
export const CALLER: Caller = { appId: "APP20261121080000000000000000001", role: "business" };

/** The operators' own. */
export const CONSOLE: Caller = { appId: "APP20261121080000000000000000002", role: "console" };

/** A request of {@link CALLER} to a platform that does only what a test gives it; any other call is a fault. */
export function contextOf(
  ports: {
    payments?: Partial<PaymentPorts>;
    refunds?: Partial<RefundPorts>;
    events?: Partial<EventPorts>;
    reconciliation?: Partial<ReconciliationPorts>;
    authenticate?: () => Promise<Caller>;
  } = {},
): Context {
  const unexpected = () => {
    throw new Error("a port was called that the test did not expect");
  };
  return {
    traceId: "trace-1",
    authenticate: ports.authenticate ?? (async () => CALLER),
    payments: {
      create: unexpected,
      get: unexpected,
      close: unexpected,
      list: unexpected,
      watch: unexpected,
      ...ports.payments,
    },
    refunds: { create: unexpected, get: unexpected, list: unexpected, ...ports.refunds },
    events: { pull: unexpected, ack: unexpected, list: unexpected, ...ports.events },
    reconciliation: {
      statement: unexpected,
      fundFlow: unexpected,
      export: unexpected,
      differences: {
        list: unexpected,
        get: unexpected,
        assign: unexpected,
        note: unexpected,
        resolve: unexpected,
        accept: unexpected,
        reopen: unexpected,
        propose: unexpected,
        approve: unexpected,
        reject: unexpected,
      },
      runs: { list: unexpected, get: unexpected, request: unexpected },
      ...ports.reconciliation,
    },
  };
}

/** A request whose signature is wrong. */
export function unsignedContext(): Context {
  return contextOf({
    authenticate: async () => {
      throw new PayhubError("UNAUTHENTICATED", "the signature does not match");
    },
  });
}
