import { PayhubError } from "@payhub/domain";
import type { Caller, Context, EventPorts, PaymentPorts, RefundPorts } from "../src/ports.ts";

/** The verified app of {@link contextOf}. */
export const CALLER: Caller = { appId: "APP20261121080000000000000000001" };

/** A request of {@link CALLER} to a platform that does only what a test gives it; any other call is a fault. */
export function contextOf(
  ports: {
    payments?: Partial<PaymentPorts>;
    refunds?: Partial<RefundPorts>;
    events?: Partial<EventPorts>;
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
