import { attemptRow, describeBackends } from "@payhub/testkit";
import { beforeAll, expect, it } from "vitest";
import type { Db } from "../open.ts";
import { insertAttempts } from "./attempts.ts";
import { type RecordCursor, readPaidRecords } from "./book-records.ts";

const FROM = Date.UTC(2026, 10, 19, 16);
const TO = FROM + 24 * 60 * 60_000;
const PAYMENTS = 1_000;
const LIMIT = 30;
const PAID_EVERY_MS = 10 * 60_000;

/** Several payments of the account at each moment, and some before and after the day. */
function paid(index: number) {
  const number = String(index).padStart(6, "0");
  return attemptRow({
    attemptNo: `T${number}`,
    paymentNo: `P${number}`,
    idempotencyKey: number,
    channelTradeNo: `42${number}`,
    state: "succeeded",
    paidAt: FROM - 1_000 + Math.ceil((index * (TO - FROM + 1_000)) / (PAYMENTS - 1) / PAID_EVERY_MS) * PAID_EVERY_MS,
  });
}

const { accountNo } = paid(0);

function pageAfter(db: Db, after: RecordCursor): Promise<string[]> {
  return readPaidRecords(db, { accountNo, toMs: TO, after, limit: LIMIT });
}

function cursorOf(record: string): RecordCursor {
  const [at, id] = record.split("\t").slice(-2);
  return { at: Number(at), id: Number(id) };
}

describeBackends("the records of a day", (backend) => {
  beforeAll(async () => {
    const rows = Array.from({ length: PAYMENTS }, (_, index) => paid(index));
    await insertAttempts(backend.store.db, rows);
  });

  it("come page by page, each once, in the order they were paid", async () => {
    const found: string[] = [];
    for (let after = { at: FROM, id: 0 }; ; ) {
      const page = await pageAfter(backend.store.db, after);
      found.push(...page);
      const last = page.at(-1);
      if (page.length < LIMIT || last === undefined) break;
      after = cursorOf(last);
    }
    const ofDay = Array.from({ length: PAYMENTS }, (_, index) => paid(index))
      .filter(({ paidAt }) => paidAt !== null && paidAt >= FROM && paidAt < TO)
      .map(({ attemptNo }) => attemptNo);
    expect(ofDay.length).toBeLessThan(PAYMENTS - 1);
    expect(found.map((record) => record.split("\t")[0])).toEqual(ofDay);
  });
});
