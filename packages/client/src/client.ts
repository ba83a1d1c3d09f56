import { type ConsumeOptions, type Consumer, consumeEvents, type EventHandler } from "./consume/consume.ts";
import { type PayhubClientOptions, resolveOptions } from "./options.ts";
import { mutation, query } from "./procedures.ts";
import { connect } from "./transport/connect.ts";
import { createWatch } from "./watch.ts";

/**
 * Connects to payhub as one app. Calls keep tRPC's style (`client.payments.create.mutate(…)`) and reject with `PayhubError`; amounts
 * are fen, times ISO 8601. Nothing is sent before the first call. Throws a `TypeError` or `RangeError` when an option is wrong.
 */
export function createPayhubClient(options: PayhubClientOptions) {
  const settings = resolveOptions(options);
  const { payments, refunds, events, reconciliation } = connect(settings);
  const get = query(payments.get.query);
  const pullOnce = mutation(events.pull.mutate, ({ waitMs = 0 }) => ({ waitMs, once: true }));
  const ack = mutation(events.ack.mutate);
  type PayhubEvent = Awaited<ReturnType<typeof pullOnce.mutate>>["events"][number];
  return {
    payments: {
      create: mutation(payments.create.mutate),
      get,
      close: mutation(payments.close.mutate),
      list: query(payments.list.query),
      watch: createWatch(payments, async (input, call) => {
        const { attempts: _, heldReceipts: __, ...payment } = await get.query(input, call);
        return payment;
      }),
    },
    refunds: {
      create: mutation(refunds.create.mutate),
      get: query(refunds.get.query),
      list: query(refunds.list.query),
    },
    events: {
      pull: mutation(events.pull.mutate, ({ waitMs = 0 }) => ({ waitMs })),
      ack,
      list: query(events.list.query),
      /** Hands every event to `handler` until stopped: at least once, in order per payment. */
      consume: (handler: EventHandler<PayhubEvent>, consumeOptions: ConsumeOptions<PayhubEvent> = {}): Consumer =>
        consumeEvents<PayhubEvent>(
          {
            pull: (input, signal) => pullOnce.mutate(input, { signal }),
            ack: (eventIds) => ack.mutate({ eventIds }),
            clock: settings.clock,
          },
          handler,
          consumeOptions,
        ),
    },
    /** What became of this app's own money, by the channels' bills. */
    reconciliation: {
      statement: query(reconciliation.statement.query),
      export: query(reconciliation.export.query),
      differences: {
        list: query(reconciliation.differences.list.query),
        get: query(reconciliation.differences.get.query),
      },
    },
  };
}
