/** Does one item's work, together with what else came meanwhile. */
export type Group<Item, Result> = (item: Item) => Promise<Result>;

interface Waiting<Item, Result> {
  item: Item;
  resolve: (result: Result) => void;
  reject: (error: unknown) => void;
}

/**
 * Gathers items while earlier ones are being worked on and does them in one run, so that many small transactions become few. An
 * item alone waits for nothing. When a run of several fails, each is run by itself, and fails or succeeds by itself.
 */
export function createGroup<Item, Result>(
  run: (items: readonly Item[]) => Promise<Result[]>,
  { atOnce, limit }: { atOnce: number; limit: number },
): Group<Item, Result> {
  const waiting: Waiting<Item, Result>[] = [];
  let running = 0;

  async function work(): Promise<void> {
    running++;
    while (waiting.length > 0) await runBatch(waiting.splice(0, limit));
    running--;
  }

  async function runBatch(batch: readonly Waiting<Item, Result>[]): Promise<void> {
    try {
      const results = await run(batch.map(({ item }) => item));
      for (const [index, { resolve }] of batch.entries()) resolve(results[index] as Result);
    } catch (error) {
      if (batch.length === 1) batch[0]?.reject(error);
      else await Promise.all(batch.map((one) => runBatch([one])));
    }
  }

  return (item) =>
    new Promise((resolve, reject) => {
      waiting.push({ item, resolve, reject });
      if (running < atOnce) void work();
    });
}
