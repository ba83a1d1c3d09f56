import { PayhubError, type RunState, type Statement, type StatementGroup } from "@payhub/domain";
import {
  countRuns,
  type Db,
  type GroupedDifferences,
  groupDifferences,
  type StatementColumn,
  type StatementFilter,
  sumDayTotals,
} from "@payhub/store";
import type { ServiceContext, Viewer } from "../../context.ts";
import { appSeenBy } from "../work-list/see.ts";
import { daysOf } from "./period.ts";
import { addDifferences, addSums, totalsOf } from "./totals.ts";

const ROWS_AT_MOST = 10_000;

const COLUMN_OF = {
  day: "businessDay",
  account: "accountNo",
  app: "appId",
} as const satisfies Record<StatementGroup, StatementColumn>;

/** Adds up what some days came to on both sides, with one row a day, account or app; of a business app only its own orders. */
export async function getStatement(
  ctx: ServiceContext,
  viewer: Viewer,
  { by, ...wanted }: StatementFilter & { by: StatementGroup },
): Promise<Statement> {
  const days = daysOf(wanted);
  const filter = { ...wanted, appId: appSeenBy(viewer, wanted.appId) };
  return ctx.store.transaction(async (tx) => {
    const sums = await sumDayTotals(tx, filter, { by: COLUMN_OF[by], limit: ROWS_AT_MOST + 1 });
    if (sums.length > ROWS_AT_MOST) {
      throw new PayhubError("INVALID_INPUT", `more than ${ROWS_AT_MOST} rows; ask for fewer days or one account`);
    }
    const differences: GroupedDifferences[] = [];
    // A month may have millions, more than one statement counts in its time.
    for (const day of days) {
      const found = await groupDifferences(tx, { ...filter, fromDay: day, toDay: day }, COLUMN_OF[by]);
      for (const one of found) differences.push(one);
    }
    const sumsOf = new Map(sums.map((one) => [one.group, one]));
    const differencesOf = Map.groupBy(differences, ({ group }) => group);
    const groups = [...new Set([...sumsOf.keys(), ...differencesOf.keys()])].sort();
    return {
      fromDay: filter.fromDay,
      toDay: filter.toDay,
      by,
      total: totalsOf(addSums(sums), addDifferences(differences)),
      rows: groups.map((group) => ({
        group: group === "" ? null : group,
        ...totalsOf(sumsOf.get(group), addDifferences(differencesOf.get(group) ?? [])),
      })),
      runs: viewer.role === "console" ? await runsOf(tx, filter) : null,
    };
  });
}

async function runsOf(db: Db, filter: StatementFilter): Promise<Record<RunState, number>> {
  const runs = { requested: 0, running: 0, waiting: 0, refused: 0, done: 0 };
  for (const { runState, count } of await countRuns(db, filter)) runs[runState] = count;
  return runs;
}
