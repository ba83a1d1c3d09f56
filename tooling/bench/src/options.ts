import { parseArgs } from "node:util";
import type { ReconcileBenchOptions } from "./reconcile/bench-reconcile.ts";
import { STRETCH } from "./reconcile/plan.ts";

const BENCHES = ["create", "callback"] as const;
export type BenchName = (typeof BENCHES)[number];

/** What is measured of the api, and for how long. */
export interface BenchOptions {
  bench: BenchName;
  /** The window of one round. */
  seconds: number;
  /** Measured rounds of each program. */
  rounds: number;
  clients: number;
  /** Calls to each program before anything is measured: so many that it is compiled. */
  warmUp: number;
  /** Where our api leaves a CPU profile when it ends. */
  profileDir: string | undefined;
}

const USAGE = `say: bench ${BENCHES.join("|")} [--seconds 5] [--rounds 3] [--clients 32] [--warm-up 5000] [--profile directory]
 or: bench reconcile [--lines 1000000] [--rounds 3]`;

// The smallest of its bills has a fifth of the lines, in whole stretches.
const LINES_STEP = 5 * STRETCH;

/** Reads the command line; throws an `Error` that says how it is used. */
export function readOptions(args: string[]): BenchOptions | ({ bench: "reconcile" } & ReconcileBenchOptions) {
  const { values, positionals } = parseArgs({
    args,
    allowPositionals: true,
    options: {
      seconds: { type: "string", default: "5" },
      rounds: { type: "string", default: "3" },
      clients: { type: "string", default: "32" },
      "warm-up": { type: "string", default: "5000" },
      profile: { type: "string" },
      lines: { type: "string", default: "1000000" },
    },
  });
  const [name] = positionals;
  const rounds = within(values.rounds, { name: "rounds", max: 20 });
  if (name === "reconcile" && positionals.length === 1) {
    const lines = within(values.lines, { name: "lines", max: 5_000_000, step: LINES_STEP });
    return { bench: name, lines, rounds };
  }
  const bench = BENCHES.find((one) => one === name);
  if (!bench || positionals.length > 1) throw new Error(USAGE);
  return {
    bench,
    seconds: within(values.seconds, { name: "seconds", max: 60 }),
    rounds,
    clients: within(values.clients, { name: "clients", max: 256 }),
    warmUp: within(values["warm-up"], { name: "warm-up", max: 100_000 }),
    profileDir: values.profile,
  };
}

function within(text: string, { name, max, step = 1 }: { name: string; max: number; step?: number }): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < step || value > max || value % step !== 0) {
    const steps = step === 1 ? "" : ` in steps of ${step}`;
    throw new Error(`--${name} is a whole number from ${step} to ${max}${steps}\n${USAGE}`);
  }
  return value;
}
