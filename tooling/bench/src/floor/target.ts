import { startWorker } from "../process/worker.ts";
import type { Target } from "../target.ts";
import type { FloorVerbs } from "./main.ts";

/** Starts the floor as a process of its own. */
export async function startFloor(input: Parameters<FloorVerbs["start"]>[0]): Promise<Target> {
  const worker = await startWorker<FloorVerbs>(new URL("./main.ts", import.meta.url));
  const { url } = await worker.ask("start", input);
  return {
    name: "floor",
    url,
    pid: worker.pid,
    seed: (orders) => worker.ask("seed", orders),
    lastEffect: (bench) => worker.ask("lastEffect", bench),
    countEffects: (bench, afterRow) => worker.ask("countEffects", { bench, afterRow }),
    quiet: async () => {},
    audit: async () => [],
    stop: () => worker.stop(),
  };
}
