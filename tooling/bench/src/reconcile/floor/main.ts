import { type Connection, createConnection } from "mysql2";
import { answerParent } from "../../process/worker.ts";
import { openLines } from "./line-reader.ts";

/** What the floor found and how long it took. */
export interface FloorRun {
  ms: number;
  lines: number;
  /** Rows of either side that have no equal row, or another amount. */
  rowsApart: number;
}

export type FloorVerbs = {
  run: (input: {
    databaseUrl: string;
    accountNo: string;
    fromMs: number;
    toMs: number;
    path: string;
  }) => Promise<FloorRun>;
};

const SELECT = `select attempt_no, charged_amount from attempt
  where account_no = ? and paid_at >= ? and paid_at < ? and state = 'succeeded' order by attempt_no`;

/** Reads the database and the sorted file side by side and compares two columns. */
async function run({
  databaseUrl,
  accountNo,
  fromMs,
  toMs,
  path,
}: Parameters<FloorVerbs["run"]>[0]): Promise<FloorRun> {
  const startedAt = performance.now();
  const db = createConnection({ uri: databaseUrl, charset: "utf8mb4_bin", rowsAsArray: true });
  const merge = openMerge(path);
  try {
    await eachRow(db, [accountNo, fromMs, toMs], merge.takeRow);
    return { ...merge.finish(), ms: performance.now() - startedAt };
  } finally {
    db.destroy();
    merge.close();
  }
}

type Row = [attemptNo: string, chargedAmount: number];

function eachRow(db: Connection, values: readonly (string | number)[], take: (row: Row) => void): Promise<void> {
  return new Promise((resolve, reject) => {
    const query = db.query(SELECT, [...values]);
    query.on("error", reject);
    query.on("result", (row: unknown) => take(row as Row));
    query.on("end", resolve);
  });
}

function openMerge(path: string) {
  const reader = openLines(path);
  let lines = 0;
  let rowsApart = 0;
  let number = "";
  let amount = "";

  function advance(): void {
    const line = reader.next();
    if (line === undefined) {
      number = "";
      return;
    }
    lines++;
    const tab = line.indexOf("\t");
    number = line.slice(0, tab);
    amount = line.slice(tab + 1);
  }

  advance();
  return {
    takeRow([attemptNo, chargedAmount]: Row): void {
      while (number !== "" && number < attemptNo) {
        rowsApart++;
        advance();
      }
      if (number !== attemptNo) {
        rowsApart++;
        return;
      }
      if (amount !== String(chargedAmount)) rowsApart++;
      advance();
    },
    finish() {
      for (; number !== ""; advance()) rowsApart++;
      return { lines, rowsApart };
    },
    close: () => reader.close(),
  };
}

answerParent({ run } satisfies FloorVerbs);
