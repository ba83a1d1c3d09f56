import { type DayTotal, moneyOf } from "@payhub/domain";

/** What one app's money of a day came to so far. */
type AppTotal = Omit<DayTotal, "accountNo" | "merchantNo" | "channel" | "businessDay" | "createdAt" | "updatedAt">;

/** Sums a day by app; an order that is nobody's counts for the app ''. */
export interface Totals {
  takeLine(appId: string | null, line: Parameters<typeof moneyOf>[0] & { fee: number }, isMatched: boolean): void;
  /** Counts a line that disagreed until the books were repaired. */
  takeRepaired(appId: string | null): void;
  takeRecord(appId: string, kind: "payment" | "refund", amount: number): void;
  /** Puts newer sums of the books in the place of what was taken. */
  replaceBooks(sums: readonly { appId: string; kind: "payment" | "refund"; count: number; amount: number }[]): void;
  /** In the order of the apps' numbers. */
  list(): AppTotal[];
  /** Payments less refunds less fees, as the bill has them. */
  billNet(): number;
}

/** Makes the sums of a day, all zero. */
export function createTotals(): Totals {
  const totals = new Map<string, AppTotal>();
  // Most often it is the app of the line before.
  let last: AppTotal | undefined;
  function of(appId: string): AppTotal {
    if (last?.appId === appId) return last;
    last = totals.get(appId);
    if (!last) {
      last = { appId, ...NOTHING };
      totals.set(last.appId, last);
    }
    return last;
  }
  function addBooks(
    appId: string,
    { kind, count, amount }: { kind: "payment" | "refund"; count: number; amount: number },
  ): void {
    const total = of(appId);
    if (kind === "payment") {
      total.bookPaymentCount += count;
      total.bookPaymentAmount += amount;
    } else {
      total.bookRefundCount += count;
      total.bookRefundAmount += amount;
    }
  }
  return {
    takeLine(appId, line, isMatched) {
      const total = of(appId ?? "");
      const money = moneyOf(line);
      if (money > 0) {
        total.billPaymentCount++;
        total.billPaymentAmount += money;
      } else if (money < 0) {
        total.billRefundCount++;
        total.billRefundAmount -= money;
      }
      total.billFee += line.fee;
      if (isMatched) total.matchedCount++;
    },
    takeRepaired(appId) {
      of(appId ?? "").matchedCount++;
    },
    takeRecord: (appId, kind, amount) => addBooks(appId, { kind, count: 1, amount }),
    replaceBooks(sums) {
      for (const total of totals.values()) Object.assign(total, NO_BOOKS);
      for (const { appId, ...sum } of sums) addBooks(appId, sum);
    },
    list: () => [...totals.values()].toSorted((one, other) => (one.appId < other.appId ? -1 : 1)),
    billNet() {
      let net = 0;
      for (const total of totals.values()) net += total.billPaymentAmount - total.billRefundAmount - total.billFee;
      return net;
    },
  };
}

const NO_BOOKS = { bookPaymentCount: 0, bookPaymentAmount: 0, bookRefundCount: 0, bookRefundAmount: 0 } as const;
/** The counts and amounts of a day on which nothing was. */
export const NOTHING = {
  ...NO_BOOKS,
  billPaymentCount: 0,
  billPaymentAmount: 0,
  billRefundCount: 0,
  billRefundAmount: 0,
  billFee: 0,
  matchedCount: 0,
} as const;
