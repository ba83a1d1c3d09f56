import type { Randomness } from "@payhub/domain";

/** Chance in the words of a story. */
export interface Dice {
  /** From `from` to `to`, both counted in. */
  between(from: number, to: number): number;
  isLucky(share: number): boolean;
  pick<Value>(values: readonly Value[]): Value | undefined;
  /** One of the names, the heavier the likelier. */
  weighed<Name extends string>(weights: Readonly<Record<Name, number>>): Name;
}

/** Throws dice with a given chance: the same seed makes the same story. */
export function dice({ fraction }: Pick<Randomness, "fraction">): Dice {
  const between = (from: number, to: number) => from + Math.floor(fraction() * (to - from + 1));
  return {
    between,
    isLucky: (share) => fraction() < share,
    pick: (values) => values[between(0, values.length - 1)],
    weighed(weights) {
      const names = Object.keys(weights) as (keyof typeof weights)[];
      let left = fraction() * names.reduce((sum, name) => sum + weights[name], 0);
      const found = names.find((name) => {
        left -= weights[name];
        return left < 0;
      });
      const last = found ?? names.at(-1);
      if (last === undefined) throw new Error("there is nothing to choose from");
      return last;
    },
  };
}
