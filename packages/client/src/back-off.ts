/** How waiting grows: doubled each time from `baseMs` up to `maxMs`. */
export interface BackOff {
  baseMs: number;
  maxMs: number;
}

/** How long to wait after the `failures`-th failure in a row, in ms: between half and all of the grown time, by chance. */
export function backOffMs(failures: number, { baseMs, maxMs }: BackOff): number {
  const grown = Math.min(maxMs, baseMs * 2 ** Math.min(failures - 1, 30));
  return Math.round(grown * (0.5 + Math.random() / 2));
}

/** Waits; returns at once, and without throwing, when the signal aborts. */
export function pause(ms: number, signal: AbortSignal): Promise<void> {
  if (signal.aborted || ms <= 0) return Promise.resolve();
  return new Promise((resolve) => {
    const done = () => {
      clearTimeout(timer);
      signal.removeEventListener("abort", done);
      resolve();
    };
    const timer = setTimeout(done, ms);
    signal.addEventListener("abort", done, { once: true });
  });
}
