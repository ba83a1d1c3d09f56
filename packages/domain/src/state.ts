/** A state machine as data: each state with the states it may go to. */
export type Machine<State extends string> = Readonly<Record<State, readonly State[]>>;

/** Payment: `succeeded` = money moved, `failed` = the channel or bank failed it, `closed` = no money moved. */
export const PAYMENT_MACHINE = {
  created: ["succeeded", "failed", "closed"],
  succeeded: [],
  failed: [],
  closed: [],
} as const satisfies Machine<"created" | "succeeded" | "failed" | "closed">;
export type PaymentStatus = keyof typeof PAYMENT_MACHINE;

/** Attempt: `preparing` until the channel gave what the payer needs, then `awaiting_payer` until a final word. */
export const ATTEMPT_MACHINE = {
  preparing: ["awaiting_payer", "succeeded", "failed", "closed"],
  awaiting_payer: ["succeeded", "failed", "closed"],
  succeeded: [],
  failed: [],
  closed: [],
} as const satisfies Machine<"preparing" | "awaiting_payer" | "succeeded" | "failed" | "closed">;
export type AttemptState = keyof typeof ATTEMPT_MACHINE;

/** Refund: an order of its own, never a state of the payment. */
export const REFUND_MACHINE = {
  created: ["succeeded", "failed", "closed"],
  succeeded: [],
  failed: [],
  closed: [],
} as const satisfies Machine<"created" | "succeeded" | "failed" | "closed">;
export type RefundStatus = keyof typeof REFUND_MACHINE;

/** Names a move; one that the table does not have does not compile. */
export function move<
  const M extends Machine<string>,
  From extends keyof M & string,
  To extends M[From][number] & string,
>(_machine: M, from: From, to: To): { from: From; to: To } {
  return { from, to };
}

/** Whether the table has a move; for states that are known only at run time. */
export function canMove<State extends string>(machine: Machine<State>, from: State, to: State): boolean {
  return machine[from].includes(to);
}

/** Whether no move leads out of a state. */
export function isFinal<State extends string>(machine: Machine<State>, state: State): boolean {
  return machine[state].length === 0;
}

/** The states that a move may start from, for a guarded `UPDATE … WHERE status IN (…)`. */
export function sourcesOf<State extends string>(machine: Machine<State>, to: State): State[] {
  return (Object.keys(machine) as State[]).filter((from) => machine[from].includes(to));
}

/** Throws when a table names an unknown state, has one that cannot be reached, or has no final state; run at start. */
export function assertMachine<State extends string>(machine: Machine<State>, initial: State): void {
  const reached = new Set<State>([initial]);
  for (const state of reached) {
    for (const next of machine[state] ?? []) {
      if (!(next in machine)) throw new Error(`state "${next}" is not in the table`);
      reached.add(next);
    }
  }
  const lost = Object.keys(machine).filter((state) => !reached.has(state as State));
  if (lost.length > 0) throw new Error(`states cannot be reached: ${lost.join(", ")}`);
  if (![...reached].some((state) => isFinal(machine, state))) throw new Error("no state is final");
}
