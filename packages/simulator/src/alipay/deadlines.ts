import type { Cancel, SimClock } from "../core/clock.ts";

const minWaitMs = 1000;

/** Calls `due` for each key once business time has reached its time; a key watched again forgets its earlier time. */
export type Deadlines = {
  /** `at` in epoch ms; `Infinity` stops watching. */
  watch(key: string, at: number): void;
};

/** One timer for all keys: it runs `speed` times faster than business time, so it may wake early and wait again. */
export function createDeadlines({ clock, due }: { clock: SimClock; due: (key: string) => void }): Deadlines {
  const times = new Map<string, number>();
  let armedFor = Number.POSITIVE_INFINITY;
  let cancel: Cancel | undefined;

  function arm(at: number): void {
    cancel?.();
    armedFor = at;
    cancel = clock.schedule(Math.max(at - clock.now(), minWaitMs), wake);
  }

  function wake(): void {
    armedFor = Number.POSITIVE_INFINITY;
    const now = clock.now();
    for (const [key, at] of [...times]) {
      if (at > now) continue;
      times.delete(key);
      due(key);
    }
    let next = Number.POSITIVE_INFINITY;
    for (const at of times.values()) next = Math.min(next, at);
    if (next < armedFor) arm(next);
  }

  return {
    watch(key, at) {
      if (at === Number.POSITIVE_INFINITY) {
        times.delete(key);
        return;
      }
      times.set(key, at);
      if (at < armedFor) arm(at);
    },
  };
}
