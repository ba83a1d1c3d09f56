import { expect, test } from "vitest";
import { feeOf } from "./fee.ts";

test.each([
  [{ amount: 1250 }, 8],
  [{ amount: 1249 }, 7],
  [{ amount: 1 }, 0],
  [{ amount: 10_000, feeRate: 38 }, 38],
  [{ amount: 10_000, feeRate: 0 }, 0],
])("the fee on %j is %i fen", (options, fee) => expect(feeOf(options)).toBe(fee));
