import { yuanFromFen } from "@payhub/domain";
import type { BillItem } from "../channel.ts";
import type { BillForm, Side, Tally } from "./bill-form.ts";
import { fenOf } from "./yuan.ts";

type SumDiffers = Extract<BillItem, { kind: "sum_differs" }>;
type Form = Pick<BillForm<unknown>, "sides" | "summary">;

const SIDES: readonly Side[] = ["in", "out"];
const NONE = "—";

/** What was stated below the rows of each file of a bill, one file's comments after another's. */
export type Feet = readonly (readonly string[])[];

/** The total row of a bill's summary: its cells by column. */
export type SummaryTotal = ReadonlyMap<string, string>;

/** The sums below the rows against the rows: `#交易合计：1笔，商家实收共88.88元`. */
export function footDifferences(form: Form, { feet, tally }: { feet: Feet; tally: Tally }): SumDiffers[] {
  return SIDES.flatMap((side) => {
    const name = `${form.sides[side]}合计`;
    const pattern = new RegExp(`^#${name}[：:]\\s*(\\d{1,9})笔[，,][^，,\\d-]*(-?[\\d.]{1,20})元`);
    const stated = feet.flatMap((comments) => comments.map((comment) => pattern.exec(comment)).filter(isThere));
    if (stated.length === 0) return tally.rows[side] === 0 ? [] : [differs(name, NONE, String(tally.rows[side]))];
    const differences: SumDiffers[] = [];
    const rows = stated.map(([, count]) => Number(count));
    const most = tally.rows[side] + tally.unplaced;
    if (!agrees(rows, (sum) => sum >= tally.rows[side] && sum <= most)) {
      differences.push(differs(`${name} 笔数`, rows.join(" + "), String(tally.rows[side])));
    }
    const sums = stated.map(([, , yuan]) => Math.abs(fenOf(yuan ?? "") ?? Number.NaN));
    if (tally.unread === 0 && !agrees(sums, (sum) => sum === tally.fen[side])) {
      const text = stated.map(([, , yuan]) => yuan).join(" + ");
      differences.push(differs(`${name} 金额`, text, yuanFromFen(tally.fen[side])));
    }
    return differences;
  });
}

/** The summary's total row against the rows. */
export function summaryDifferences(
  form: Form,
  { totals: [total, ...others], tally }: { totals: readonly SummaryTotal[]; tally: Tally },
): SumDiffers[] {
  // Of a bill with several summaries nobody says what each is about.
  if (total === undefined || others.length > 0) return [];
  return form.summary.flatMap(({ column, unit, counted }) => {
    const stated = total.get(column);
    if (stated === undefined || (unit === "fen" && tally.unread > 0)) return [];
    const [first = 0, ...rest] = counted(tally).map(Math.abs);
    const value = stated === "" ? 0 : unit === "rows" ? Number(stated) : Math.abs(fenOf(stated) ?? Number.NaN);
    const isRight =
      unit === "rows" ? value >= first && value <= first + tally.unplaced : [first, ...rest].includes(value);
    return isRight ? [] : [differs(`汇总 ${column}`, stated, unit === "rows" ? String(first) : yuanFromFen(first))];
  });
}

/** The files of one bill state the sums of their own rows, or each the bill's. */
function agrees(stated: readonly number[], isRight: (sum: number) => boolean): boolean {
  return isRight(stated.reduce((sum, value) => sum + value, 0)) || stated.every(isRight);
}

function differs(name: string, stated: string, counted: string): SumDiffers {
  return { kind: "sum_differs", name, stated: stated.slice(0, 64), counted };
}

function isThere<Value>(value: Value | null): value is Value {
  return value !== null;
}
