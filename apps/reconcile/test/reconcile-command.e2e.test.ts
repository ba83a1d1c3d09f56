import { readdir } from "node:fs/promises";
import { addDays, boundsOfDay, businessDay } from "@payhub/domain";
import { createPayment, syncAttempt } from "@payhub/services";
import { killProgram, type ManualClock, manualClock, type Program } from "@payhub/testkit";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { type Channel, type Fleet, openFleet, orderAt } from "./support/fleet.ts";

const HOUR_MS = 60 * 60_000;
// The certificates of this test are valid from now on: the day that is reconciled is one to come.
const DAY = addDays(businessDay(Date.now()), 2);
const NEXT_DAY = addDays(DAY, 1);

let clock: ManualClock;
let fleet: Fleet;

beforeEach(async () => {
  clock = manualClock(at(DAY, 8));
  fleet = await openFleet({ clock });
  // The books learn of a payment by asking.
  for (const channel of ["wechatpay", "alipay"] as const) {
    fleet.simulator.faults.callback({ channel, times: Number.POSITIVE_INFINITY, fault: "lost" });
  }
});
afterEach(() => fleet?.close());

function at(day: string, hour: number): number {
  return boundsOfDay(day).fromMs + hour * HOUR_MS;
}

/** Takes a payment and pays it; unless `isHeard` the books do not learn of that. */
async function pay(channel: Channel, { isHeard = true } = {}): Promise<string> {
  const { orderNo, ...order } = orderAt(fleet, channel);
  const { attempt } = await createPayment(fleet.ctx, fleet.caller, {
    ...order,
    orderNo,
    idempotencyKey: orderNo,
    expiresIn: 900,
  });
  if (attempt.action?.type !== "show_qr") throw new Error("no code");
  fleet.simulator.payer.pay(attempt.action.codeUrl);
  clock.advance(10_000);
  if (isHeard) await syncAttempt(fleet.ctx, attempt.attemptNo);
  return attempt.attemptNo;
}

async function run(...args: string[]): Promise<{ code: number | string; output: string }> {
  const program = fleet.command(args);
  return { code: await program.exited, output: program.output() };
}

/** What a run with `--json` told; the log's lines are JSON as well, and begin otherwise. */
function linesOf(output: string): Record<string, unknown>[] {
  return output
    .split("\n")
    .filter((line) => line.startsWith('{"accountNo"'))
    .map((line) => JSON.parse(line) as Record<string, unknown>);
}

const fetches = (channel: Channel) =>
  fleet.simulator.calls().filter((call) => call.channel === channel && call.operation === "bill").length;

test("a clean day of both channels is waited for, then explained, told in yuan, and kept", async () => {
  clock.set(at(DAY, 10));
  for (const channel of ["wechatpay", "wechatpay", "alipay"] as const) await pay(channel);
  clock.set(at(NEXT_DAY, 8));
  const early = await run("--date", DAY, "--account", fleet.accounts.wechatpay);
  expect(early.output).toMatch(new RegExp(`no bill yet: .*; tried again at ${NEXT_DAY}T`));
  expect(early.code).toBe(1);
  clock.set(at(NEXT_DAY, 11));
  const { code, output } = await run("--date", DAY);
  expect(output).toContain(`${DAY}  ${fleet.accounts.wechatpay}  wechatpay  示例商户 / wechatpay`);
  expect(output).toMatch(/done: 100 % explained, 2 lines agree with the books/);
  expect(output).toMatch(/payments │ +2 │ +25\.76 │ +2 │ +25\.76 │ +0\.00 │/);
  expect(output).toMatch(/payments │ +1 │ +12\.88 │ +1 │ +12\.88 │ +0\.00 │/);
  expect(output).not.toContain("differences");
  expect(output).not.toContain("\u001b");
  expect(code).toBe(0);
  const [digest = ""] = /trade bill +([0-9a-f]{64})/.exec(output)?.slice(1) ?? [];
  expect(await readdir(fleet.billDirectory, { recursive: true })).toContainEqual(expect.stringContaining(digest));
});

test("what the channel proves is repaired, and what it does not is a work list, again and again", async () => {
  clock.set(at(DAY, 10));
  await pay("wechatpay");
  const unheard = await pay("wechatpay", { isHeard: false });
  fleet.simulator.bills.spoil({
    channel: "wechatpay",
    billKind: "trade",
    businessDay: DAY,
    spoil: { kind: "add", outTradeNo: "SHOP-77", amount: 4_200 },
  });
  clock.set(at(NEXT_DAY, 11));
  const account = ["--account", fleet.accounts.wechatpay];
  const { code, output } = await run("--date", DAY, ...account);
  expect(code).toBe(1);
  expect(output).toMatch(/payments │ +2 │ +25\.76 │ +3 │ +67\.76 │ +42\.00 │/);
  expect(output).toMatch(/status_mismatch +│ repaired │ +1 │ +12\.88 │/);
  expect(output).toMatch(/missing_here +│ open +│ +1 │ +42\.00 │/);
  // The money of that line never came.
  expect(output).toMatch(/fund_flow_mismatch │ open +│ +1 │/);
  expect(output).toMatch(/work list: 2\n/);
  expect(output).toMatch(/missing_here +│ foreign_order │ check_by_hand │ SHOP-77 +│ +42\.00 │/);
  const attempt = await fleet.ctx.store.db
    .selectFrom("attempt")
    .select("state")
    .where("attemptNo", "=", unheard)
    .executeTakeFirst();
  expect(attempt).toEqual({ state: "succeeded" });

  const again = [await run("--date", DAY, ...account, "--json"), await run("--date", DAY, ...account, "--json")];
  for (const { code: codeAgain, output: line } of again) {
    expect(codeAgain).toBe(1);
    expect(linesOf(line)).toMatchObject([
      { accountNo: fleet.accounts.wechatpay, businessDay: DAY, runState: "done", openCount: 2, matchedCount: 2 },
    ]);
  }
  expect(linesOf(again[0]?.output ?? "")).toEqual(linesOf(again[1]?.output ?? ""));
  expect(await fleet.violations()).toEqual([]);
});

test("what cannot be done is said, with nothing written", async () => {
  const refused: [string[], string][] = [
    [["--date", DAY, "--account", "A0"], "NOT_FOUND: there is no account A0"],
    [["--date", NEXT_DAY], `INVALID_INPUT: --date names ${NEXT_DAY}, and today is ${NEXT_DAY}`],
    [["--variables", "/nowhere/x.env"], "INVALID_INPUT: --variables /nowhere/x.env cannot be read (ENOENT)"],
  ];
  clock.set(at(NEXT_DAY, 11));
  for (const [args, words] of refused) {
    const { code, output } = await run(...args);
    expect(output).toContain(words);
    expect(code).toBe(2);
  }
  const unset = fleet.command(["--date", DAY], { PAYHUB_BILL_STORE: "ftp://hunter2", PAYHUB_MASTER_KEYS: "" });
  expect(await unset.exited).toBe(2);
  expect(unset.output()).toMatch(/2 problem.*PAYHUB_MASTER_KEYS.*PAYHUB_BILL_STORE begins with/s);
  expect(unset.output()).not.toContain("hunter2");
  expect(await fleet.ctx.store.db.selectFrom("reconciliation_run").select("runNo").execute()).toEqual([]);
});

/** Makes the next answer to a fetch of a bill late, so that a test can act meanwhile. */
function holdBill(channel: Channel): void {
  fleet.simulator.faults.script({ channel, operation: "bill_download", fault: { kind: "delay", ms: 3_000 } });
}

test("two at once do one run, and tell the same", async () => {
  clock.set(at(DAY, 10));
  await pay("wechatpay");
  clock.set(at(NEXT_DAY, 11));
  holdBill("wechatpay");
  const args = ["--date", DAY, "--account", fleet.accounts.wechatpay, "--json"];
  const first = fleet.command(args);
  await vi.waitUntil(() => fetches("wechatpay") === 1, { timeout: 15_000 });
  const second = fleet.command(args);
  expect(await first.exited).toBe(0);
  expect(await second.exited).toBe(0);
  expect(second.output()).toContain("another process is at it; waiting for what comes of it");
  expect(linesOf(second.output())).toEqual(linesOf(first.output()));
  // The trade bill and the fund-flow bill.
  expect(fetches("wechatpay")).toBe(2);
});

test("stopped in the middle it says so, and the same command goes on", async () => {
  clock.set(at(DAY, 10));
  await pay("wechatpay");
  await pay("alipay");
  clock.set(at(NEXT_DAY, 11));
  for (const end of ["SIGINT", "SIGKILL"] as const) {
    holdBill("wechatpay");
    const before = fetches("wechatpay");
    const stopped = fleet.command(["--date", DAY]);
    await vi.waitUntil(() => fetches("wechatpay") > before, { timeout: 15_000 });
    stopped.child.kill(end);
    expect(await stopped.exited).toBe(end === "SIGINT" ? 130 : "SIGKILL");
    if (end === "SIGINT") expect(stopped.output()).toContain("stopped; the same command goes on where it was");
    // The lease of a killed process outlives it.
    clock.advance(60_000);
    const { code, output } = await run("--date", DAY, "--json");
    expect(code).toBe(0);
    expect(linesOf(output).map(({ runState, matchedCount }) => ({ runState, matchedCount }))).toEqual([
      { runState: "done", matchedCount: 1 },
      { runState: "done", matchedCount: 1 },
    ]);
  }
});

let reconcile: Program | undefined;
afterEach(() => killProgram(reconcile));

test("a reconcile process catches up by itself, and the command finds nothing left to do", async () => {
  clock.set(at(DAY, 10));
  await pay("wechatpay");
  await pay("alipay");
  clock.set(at(NEXT_DAY, 10.6));
  reconcile = await fleet.reconcile();
  const runs = () =>
    fleet.ctx.store.db
      .selectFrom("reconciliation_run")
      .select(["accountNo", "businessDay", "runState"])
      .where("businessDay", "=", DAY)
      .where("runState", "=", "done")
      .execute();
  await vi.waitUntil(async () => (await runs()).length === 2, { timeout: 60_000, interval: 200 });
  expect((await run("--date", DAY, "--json")).code).toBe(0);
});
