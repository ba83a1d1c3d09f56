import type { ServiceContext } from "./context.ts";

/** Works through what is due, `concurrency` at a time; one that fails is logged and stops nothing. Returns how many were taken. */
export async function takeEach<Item>(
  { log }: Pick<ServiceContext, "log">,
  due: readonly Item[],
  {
    concurrency,
    take,
    about,
  }: { concurrency: number; take: (item: Item) => Promise<boolean>; about: (item: Item) => Record<string, unknown> },
): Promise<number> {
  const queue = due.values();
  let taken = 0;
  const worker = async () => {
    for (const item of queue) {
      try {
        if (await take(item)) taken++;
      } catch (error) {
        log.error({ ...about(item), err: error }, "what was due could not be taken further");
      }
    }
  };
  await Promise.all(Array.from({ length: concurrency }, worker));
  return taken;
}
