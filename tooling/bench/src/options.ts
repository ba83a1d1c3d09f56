import { parseArgs } from "node:util";

const BENCHES = ["create", "callback"] as const;
export type BenchName = (typeof BENCHES)[number];

/** What is measured, and for how long. */
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

const USAGE = `say: bench ${BENCHES.join("|")} [--seconds 5] [--rounds 3] [--clients 32] [--warm-up 5000] [--profile directory]`;

/** Reads the command line; throws an `Error` that says how it is used. */
export function readOptions(args: string[]): BenchOptions {
  const { values, positionals } = parseArgs({
    args,
    allowPositionals: true,
    options: {
      seconds: { type: "string", default: "5" },
      rounds: { type: "string", default: "3" },
      clients: { type: "string", default: "32" },
      "warm-up": { type: "string", default: "5000" },
      profile: { type: "string" },
    },
  });
  const bench = BENCHES.find((name) => name === positionals[0]);
  if (!bench || positionals.length > 1) throw new Error(USAGE);
  return {
    bench,
    seconds: within(values.seconds, { name: "seconds", max: 60 }),
    rounds: within(values.rounds, { name: "rounds", max: 20 }),
    clients: within(values.clients, { name: "clients", max: 256 }),
    warmUp: within(values["warm-up"], { name: "warm-up", max: 100_000 }),
    profileDir: values.profile,
  };
}

function within(text: string, { name, max }: { name: string; max: number }): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1 || value > max) {
    throw new Error(`--${name} is a whole number from 1 to ${max}\n${USAGE}`);
  }
  return value;
}
