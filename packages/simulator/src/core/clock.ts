/** Cancels a scheduled task; harmless once the task has run. */
export type Cancel = () => void;

/** The simulators' time: real (or injected) time plus whatever tests advanced it by. */
export interface SimClock {
  /** Business time in epoch ms: expiry, automatic closing and trade times use it. */
  now(): number;
  /** Epoch ms without the advanced part: signature timestamps, which the clients compare with their own clocks. */
  wireNow(): number;
  /** Moves business time forward; scheduled tasks come due accordingly. */
  advance(ms: number): void;
  /** Runs `task` once after `delayMs` of business time, which passes `speed` times faster than real time. */
  schedule(delayMs: number, task: () => void): Cancel;
  /** Resolves after `ms` of real time; stays pending for ever when the clock stops first. */
  sleep(ms: number): Promise<void>;
  /** Cancels every task; later schedules do nothing. */
  stop(): void;
}

export interface SimClockOptions {
  /** Source of the base time in epoch ms; `Date.now` by default. */
  now?: (() => number) | undefined;
  /** How many times faster than real time `schedule` runs; 1 by default. */
  speed?: number | undefined;
}

/** Node's timers overflow beyond 2^31-1 ms, so longer waits are armed in steps. */
const maxTimerMs = 2_000_000_000;

interface Task {
  dueAt: number;
  run: () => void;
  timer: NodeJS.Timeout | undefined;
}

export function createSimClock({ now = Date.now, speed = 1 }: SimClockOptions = {}): SimClock {
  const tasks = new Set<Task>();
  const sleeps = new Set<NodeJS.Timeout>();
  let advancedMs = 0;
  let stopped = false;

  function arm(task: Task): void {
    clearTimeout(task.timer);
    const waitMs = Math.max(0, task.dueAt - performance.now());
    task.timer = setTimeout(
      () => {
        if (task.dueAt - performance.now() > 1) return arm(task);
        tasks.delete(task);
        task.run();
      },
      Math.min(waitMs, maxTimerMs),
    );
  }

  return {
    now: () => now() + advancedMs,
    wireNow: () => now(),
    advance(ms) {
      advancedMs += ms;
      for (const task of tasks) {
        task.dueAt -= ms / speed;
        arm(task);
      }
    },
    schedule(delayMs, run) {
      if (stopped) return () => undefined;
      const task: Task = { dueAt: performance.now() + delayMs / speed, run, timer: undefined };
      tasks.add(task);
      arm(task);
      return () => {
        clearTimeout(task.timer);
        tasks.delete(task);
      };
    },
    sleep: (ms) =>
      new Promise((resolve) => {
        if (stopped) return;
        const timer = setTimeout(() => {
          sleeps.delete(timer);
          resolve();
        }, ms);
        sleeps.add(timer);
      }),
    stop() {
      stopped = true;
      for (const task of tasks) clearTimeout(task.timer);
      for (const timer of sleeps) clearTimeout(timer);
      tasks.clear();
      sleeps.clear();
    },
  };
}
