const MAX_BATCH = 100;

interface Waiting {
  eventId: string;
  resolve: () => void;
  reject: (error: unknown) => void;
}

/** Acknowledges events one by one for its callers and many at a time for the server: what comes up during a call goes with the next. */
export function createAcknowledger(send: (eventIds: string[]) => Promise<unknown>): (eventId: string) => Promise<void> {
  const queue: Waiting[] = [];
  let sending = false;
  const flush = async () => {
    if (sending) return;
    sending = true;
    // Handlers that resolve in the same turn share a call.
    await Promise.resolve();
    while (queue.length > 0) {
      const batch = queue.splice(0, MAX_BATCH);
      try {
        await send(batch.map(({ eventId }) => eventId));
        for (const { resolve } of batch) resolve();
      } catch (error) {
        for (const { reject } of batch) reject(error);
      }
    }
    sending = false;
  };
  return (eventId) =>
    new Promise((resolve, reject) => {
      queue.push({ eventId, resolve, reject });
      void flush();
    });
}
